import { systemClock } from "../../../src/core/clock.ts";
import { openProduct, type Product } from "../../support/product.ts";

/* Telephone numbers at the page: the last digits, until somebody asks for them. */

let aheadMs = 0;
const clock = { ...systemClock, now: () => new Date(Date.now() + aheadMs) };
let product: Product;
let path = "";
let cookie = "";

beforeAll(async () => {
  product = await openProduct({ clock });
  const body = {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName: "mei",
    displayName: "Mei",
    phoneNumbers: [{ type: "mobile", value: "+852 6111 0001" }],
  };
  path = `/api/users/${(await product.send("POST", "/scim/v2/Users", { body })).body.id}`;
  const token = await product.token(["history:read", "history:personal"]);
  const opened = await product.send("POST", "/auth/session", { token: "", body: { token } });
  cookie = opened.headers.getSetCookie()[0]!.split(";")[0]!;
});
afterAll(() => product.close());

const asked = (query = "") => product.send("GET", path + query, { token: "", headers: { cookie } });
const reads = async () =>
  (await product.pool.query("select detail from history where code = 'personal.read' order by id")).rows.map(
    ({ detail }) => JSON.parse(detail).address,
  );

test("a session is shown the last digits, wherever the number stands", async () => {
  const { text, body } = await asked();
  expect(body.columns.find((each: { attribute: string }) => each.attribute === "mobile")).toMatchObject({
    directory: "••••0001",
    source: [{ value: "••••0001" }],
  });
  expect(text).not.toMatch(/6111.?0001/);
  expect(await reads()).toEqual(["/api/users"]);
});

test("whoever asks for the number is shown it, and that is a reading of its own", async () => {
  const { body } = await asked("?reveal=numbers");
  expect(body.columns.find((each: { attribute: string }) => each.attribute === "mobile").directory).toMatch(
    /6111.?0001/,
  );
  expect((await reads()).at(-1)).toBe("/api/users?reveal");
});

test("after five minutes it takes a new sign-in, and nothing is shown or recorded", async () => {
  const before = await reads();
  aheadMs = 6 * 60_000;
  const late = await asked("?reveal=numbers");
  expect([late.status, late.body.code]).toEqual([403, "SIGN_IN_AGAIN"]);
  expect(late.text).not.toMatch(/6111.?0001/);
  aheadMs = 0;
  expect(await reads()).toEqual(before);
});

test("a program, which has no page, is shown it with its scope", async () => {
  expect((await product.send("GET", path)).text).toMatch(/6111.?0001/);
});

test("whoever may not see values is shown none, asked or not", async () => {
  const token = await product.token(["history:read"]);
  const opened = await product.send("POST", "/auth/session", { token: "", body: { token } });
  const headers = { cookie: opened.headers.getSetCookie()[0]!.split(";")[0]! };
  for (const query of ["", "?reveal=numbers"])
    expect((await product.send("GET", path + query, { token: "", headers })).text).not.toContain("0001");
  expect((await product.send("GET", `${path}?reveal=all`)).status).toBe(400);
});
