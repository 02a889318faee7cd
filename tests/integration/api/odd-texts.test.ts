import { connect } from "node:net";
import { openProduct, type Product } from "../../support/product.ts";

/* Texts that PostgreSQL cannot hold, and ids that are none, in every place of an address or a body. */

let product: Product;
beforeAll(async () => {
  product = await openProduct();
});
afterAll(() => product.close());

const ODD: readonly [string, string][] = [
  ["NUL", "%00"],
  ["NUL in a word", "a%00b"],
  ["half a surrogate pair", "%ED%A0%80"],
  ["bytes that are no UTF-8", "%FF%FE"],
  ["a percent sign alone", "%"],
];
const PLACES: readonly string[] = [
  "/api/sync/items?q=*",
  "/api/sync/items?state=*",
  "/api/sync/items?kind=*",
  "/api/sync/items?after=*",
  "/api/sync/items?after=user:*",
  "/api/sync/items?count=*",
  "/api/history?filter=*",
  "/api/history?filter=actor%20eq%20%22*%22",
  "/api/history?after=*",
  "/api/history/*",
  "/scim/v2/Users/*",
  "/scim/v2/Groups/*",
  "/scim/v2/Users?filter=userName%20eq%20%22*%22",
  "/scim/v2/Users?filter=*",
  "/scim/v2/Users?sortBy=*",
  "/scim/v2/Users?cursor=*",
  "/scim/v2/Users?attributes=*",
  "/scim/v2/Schemas/*",
  "/scim/v2/ResourceTypes/*",
];

test.each(ODD)("%s in an address is never the server's fault", async (_name, text) => {
  const failures: unknown[] = [];
  for (const place of PLACES) {
    const path = place.replaceAll("*", text);
    const { status } = await product.send("GET", path);
    if (status >= 500 || (text.includes("%00") && status !== 400)) failures.push([path, status]);
  }
  for (const path of ["/api/sync/items/user/*/retry", "/api/sync/items/*/x/retry"]) {
    const { status } = await product.send("POST", path.replace("*", text));
    if (status >= 500 || (text.includes("%00") && status !== 400)) failures.push([path, status]);
  }
  expect(failures).toEqual([]);
});

test.each(["0000-01-01", "0000-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])(
  "%s is no time that can be asked for",
  async (text) => {
    const date = encodeURIComponent(text);
    const places = [
      `/api/organisation?at=${date}`,
      `/api/organisation/difference?from=${date}&to=2026-01-01`,
      `/api/leavers?from=${date}&to=2026-01-01`,
      `/api/history/histogram?from=${date}&to=2026-01-01&by=day`,
      `/api/history?filter=at%20gt%20%22${date}%22`,
      `/scim/v2/Users?filter=meta.created%20gt%20%22${date}%22`,
    ];
    const statuses = await Promise.all(
      places.map(async (path) => [path, (await product.send("GET", path)).status]),
    );
    expect(statuses).toEqual(places.map((path) => [path, 400]));
  },
);

test("what a filter or a body names by JSON's own escapes is refused too", async () => {
  const statuses: (readonly [path: string, literal: string, status: number])[] = [];
  for (const literal of ['"\\u0000"', '"a\\u0000"', '"\\ud800"', '"\\udc00\\ud800"']) {
    for (const [path, attribute] of [
      ["/scim/v2/Users", "userName"],
      ["/scim/v2/Users", "title"],
      ["/scim/v2/Groups", "displayName"],
      ["/api/history", "actor"],
    ] as const) {
      const { status } = await product.send(
        "GET",
        `${path}?filter=${encodeURIComponent(`${attribute} eq ${literal}`)}`,
      );
      statuses.push([path, literal, status]);
    }
    const search = await product.send("POST", "/scim/v2/.search", {
      body: { filter: `userName eq ${literal}` },
    });
    statuses.push(["search", literal, search.status]);
  }
  expect(statuses.filter(([, , status]) => status !== 400)).toEqual([]);
});

test("retry of something that has no id is not found", async () => {
  expect((await product.send("POST", "/api/sync/items/user/none/retry")).status).toBe(404);
});

describe("the location of a bulk operation is an address", () => {
  test.each<[string, string, string]>([
    ["blanks", "a b", "a%20b"],
    ["quotes and brackets", '"<x>"', "%22%3Cx%3E%22"],
    ["letters beyond ASCII", "李", "%E6%9D%8E"],
    ["what is encoded already", "a%20b", "a%20b"],
    ["what is encoded wrongly", "a%zz", "a%25zz"],
    ["a query", "x?y#z", "x%3Fy%23z"],
    ["NUL, encoded", "%00", "%00"],
  ])("with %s", async (_name, id, encoded) => {
    const body = { Operations: [{ method: "DELETE", path: `/Users/${id}` }] };
    const { body: answer } = await product.send("POST", "/scim/v2/Bulk", { body });
    const [{ location, status }] = answer.Operations;
    expect([status, location]).toEqual(["404", expect.stringMatching(/^http:\/\/[^/]+\/scim\/v2\/Users\//)]);
    expect(location.split("/Users/")[1]).toBe(encoded);
    expect(new URL(location).href).toBe(location);
  });

  test("an id is found however its address is encoded", async () => {
    const { body: made } = await product.send("POST", "/scim/v2/Users", { body: { userName: "encoded" } });
    const path = `/Users/${made.id.replaceAll("-", "%2D")}`;
    const { body: answer } = await product.send("POST", "/scim/v2/Bulk", {
      body: { Operations: [{ method: "DELETE", path }] },
    });
    expect(answer.Operations[0]).toMatchObject({
      status: "204",
      location: expect.stringMatching(new RegExp(`/Users/${made.id}$`)),
    });
  });
});

test.each([
  ["GET", 501],
  ["HEAD", 501],
  ["POST", 501],
  ["PUT", 501],
  ["PATCH", 501],
  ["DELETE", 501],
  ["OPTIONS", 405],
  ["PROPFIND", 405],
  ["TRACE", 405],
])("%s /Me is %i", async (method, status) => {
  const { hostname, port } = new URL(product.base);
  const said = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let text = "";
    socket.setEncoding("latin1").on("data", (part: string) => {
      text += part;
    });
    socket.on("end", () => resolve(text)).on("error", reject);
    const lines = [
      `${method} /scim/v2/Me HTTP/1.1`,
      "Host: localhost",
      "Connection: close",
      `Authorization: Bearer ${product.bootstrap}`,
    ];
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  });
  expect(said).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  if (status === 405) expect(said).toMatch(/^Allow: .*GET/m);
});
