import { openProduct, type Product } from "../../support/product.ts";

let product: Product;
beforeAll(async () => {
  product = await openProduct();
});
afterAll(() => product.close());

const setup = async () => (await product.send("GET", "/api/sources")).body.setup;

test("the steps of a set-up are seen as they are done", async () => {
  expect(await setup()).toEqual({ token: false, request: false, person: false, group: false });
  await product.token(["metrics"]);
  expect((await setup()).token).toBe(false);
  const token = await product.token(["provision"]);
  expect(await setup()).toEqual({ token: true, request: false, person: false, group: false });
  // As the process does a few seconds after a request (store/status/meters.ts).
  await product.pool.query("update sources set last_request_at = now()");
  expect((await setup()).request).toBe(true);
  await product.send("POST", "/scim/v2/Users", { token, body: { userName: "mei", displayName: "Mei" } });
  expect(await setup()).toMatchObject({ person: true, group: false });
  await product.send("POST", "/scim/v2/Groups", { token, body: { displayName: "Retail" } });
  expect(await setup()).toEqual({ token: true, request: true, person: true, group: true });
});

test("the requests of a source are counted by their answers", async () => {
  const token = await product.token(["provision"]);
  const traffic = async () => (await product.send("GET", "/api/sources")).body.sources[0].traffic;
  await product.send("GET", "/scim/v2/Users", { token });
  await product.send("GET", "/scim/v2/Users/0197f6a2-0000-7000-8000-000000000001", { token });
  await product.send("POST", "/scim/v2/Users", { token, body: { displayName: "without a user name" } });
  // The process stores its counts every few seconds, and before it shows metrics. Two requests are of the
  // test above.
  await product.until(async () => {
    await product.send("GET", "/metrics");
    return (await traffic()).lastHour.requests === 5;
  });
  const { lastHour, lastDay } = await traffic();
  expect(lastHour).toEqual({ requests: 5, refused: 1, failed: 0 });
  expect(lastDay).toEqual(lastHour);
  await product.pool.query("update source_traffic set at = at - interval '2 hours'");
  expect(await traffic()).toEqual({ lastHour: { requests: 0, refused: 0, failed: 0 }, lastDay });
});

test("a token that was revoked counts no more", async () => {
  for (const { id, scopes } of (await product.send("GET", "/api/access")).body.tokens)
    if (scopes.includes("provision")) await product.send("DELETE", `/api/access/tokens/${id}`);
  expect((await setup()).token).toBe(false);
});
