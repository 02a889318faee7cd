import { fuzz } from "../../fuzz/run.ts";
import { openProduct, type Product } from "../../support/product.ts";

/* A few of the requests of `npm run fuzz`; FUZZ_REQUESTS for more. */

const requests = Number(process.env["FUZZ_REQUESTS"] ?? 150);

let product: Product;
beforeAll(async () => {
  product = await openProduct();
});
afterAll(() => product.close());

test.each([1, 2])(
  "odd requests of seed %i are never answered with 5xx",
  async (seed) => {
    const { failures, byStatus } = await fuzz({ product, seed, requests });
    expect(failures).toEqual([]);
    // They reach what they are meant for: not all are refused at the door.
    expect([...byStatus.keys()]).toEqual(expect.arrayContaining([200, 400, 404]));
  },
  Math.max(120_000, requests * 500),
);
