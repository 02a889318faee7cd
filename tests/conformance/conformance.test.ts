import { type ScimApp, startScimApp } from "../support/scim-app.ts";
import { cases } from "./cases.ts";
import { createScimClient } from "./client.ts";

let app: ScimApp;

beforeAll(async () => {
  app = await startScimApp();
});

afterAll(() => app.close());

describe.each([...new Set(cases.map(({ origin }) => origin))])("%s", (origin) => {
  test.each(cases.filter((one) => one.origin === origin))("$name", async ({ run }) => {
    const scim = createScimClient(app);
    await run(scim);
    await scim.clean();
  });
});
