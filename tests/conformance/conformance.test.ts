import { type ScimApp, startScimApp } from "../support/scim-app.ts";
import { cases } from "./cases.ts";
import { createScimClient } from "./client.ts";
import { readContract } from "./contract.ts";

let app: ScimApp;
const contract = readContract();

beforeAll(async () => {
  app = await startScimApp();
});

afterAll(() => app.close());

describe.each([...new Set(cases.map(({ origin }) => origin))])("%s", (origin) => {
  test.each(cases.filter((one) => one.origin === origin))("$name", async ({ run }) => {
    const undocumented: (string | undefined)[] = [];
    const scim = createScimClient({
      base: app.base,
      token: app.token,
      observe: (exchange) => undocumented.push(contract.problem(exchange)),
    });
    await run(scim);
    await scim.clean();
    expect(undocumented.filter((problem) => problem !== undefined)).toEqual([]);
  });
});

test("every answer that openapi.yaml promises has been given", () => {
  expect(contract.unseen()).toEqual([]);
});
