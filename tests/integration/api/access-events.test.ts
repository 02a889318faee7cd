import { openProduct, type Product } from "../../support/product.ts";

let product: Product;
beforeAll(async () => {
  product = await openProduct();
});
afterAll(() => product.close());

test("a refused credential is an event with the check it failed, and nothing of it that could be used", async () => {
  const token = await product.token(["history:read"]);
  const wrong = `${token.slice(0, -12)}zzzzzzzzzzzz`;
  const answer = await product.send("GET", "/api/history", { token: wrong });
  expect(answer.status).toBe(401);
  const refused = async () =>
    (await product.send("GET", `/api/history?filter=${encodeURIComponent('code eq "access.refused"')}`)).body
      .events;
  await product.until(async () => (await refused()).length > 0);
  const [event] = await refused();
  expect(event).toMatchObject({
    actor: "system",
    requestId: answer.headers.get("x-request-id"),
    detail: { path: "/api/history" },
  });
  expect(event.detail.check).toMatch(/^[a-zA-Z]+$/);
  expect(JSON.stringify(event)).not.toContain(wrong.slice(-20));
  expect(JSON.stringify(event)).not.toContain(token.slice(20));
});
