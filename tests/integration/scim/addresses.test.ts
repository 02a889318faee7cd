import { message, type Resource, type ScimClient, USER } from "../../conformance/client.ts";
import { type OpenScim, openScim } from "./open-scim.ts";

/*
 * docs/threats.md T20: every address in an answer begins with PUBLIC_URL, whatever the request says of its
 * host.
 */

let open: OpenScim;
let scim: ScimClient;

beforeAll(async () => {
  open = await openScim();
  scim = open.scim;
});

afterAll(() => open.close());

const HEADERS = {
  "x-forwarded-host": "evil.example",
  "x-forwarded-proto": "gopher",
  forwarded: "host=evil.example",
  "x-original-url": "/evil",
};

function addressesIn(value: unknown, name = ""): readonly string[] {
  if (typeof value === "string") return ["location", "$ref"].includes(name) ? [value] : [];
  return typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => addressesIn(inner, key))
    : [];
}

test("in resources, lists, bulk jobs and discovery, and in Location", async () => {
  const send = (method: string, path: string, body?: Resource) =>
    scim.send(method, path, body, { headers: HEADERS });
  const user = await send("POST", "/Users", { schemas: [USER], userName: "mei" });
  const group = await send("POST", "/Groups", { displayName: "Retail", members: [{ value: user.body.id }] });
  const outer = await send("POST", "/Groups", { displayName: "All", members: [{ value: group.body.id }] });
  const answers = [
    user,
    group,
    outer,
    await send("GET", `/Users/${user.body.id}`),
    await send("PUT", `/Users/${user.body.id}`, { userName: "mei", title: "x" }),
    await send("GET", "/"),
    await send("POST", "/Groups/.search", { schemas: [message("SearchRequest")] }),
    await send("POST", "/Bulk", { Operations: [{ method: "DELETE", path: `/Groups/${outer.body.id}` }] }),
    await send("GET", "/ServiceProviderConfig"),
    await send("GET", "/Schemas"),
    await send("GET", "/ResourceTypes"),
  ];
  for (const answer of answers) {
    const addresses = addressesIn(answer.body);
    expect(addresses.length).toBeGreaterThan(0);
    expect(addresses.filter((address) => !address.startsWith(`${open.app.publicBase}/`))).toEqual([]);
    expect(answer.text).not.toContain("evil");
  }
  expect(user.headers.get("location")).toBe(`${open.app.publicBase}/Users/${user.body.id}`);
});

test("an id in the path in another letter case is the same resource, and is answered in ours", async () => {
  const { id, meta } = await scim.user();
  const answer = await scim.get(`/users/${id.toUpperCase()}`);
  expect([answer.status, answer.body.id, answer.body.meta.location]).toEqual([200, id, meta.location]);
});
