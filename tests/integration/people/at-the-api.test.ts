import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { openProduct, type Product } from "../../support/product.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";

/* A person of several records, as operators and pages are answered. */

const CORE = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

let product: Product;
let workday: string;
let entra: string;
beforeAll(async () => {
  const file = join(mkdtempSync(join(temporaryRoot(), "mapping-")), "mapping.yaml");
  writeFileSync(
    file,
    `${DEFAULT_MAPPING}\nsources:\n  join: [{ by: employeeNumber, decide: join }]\n  authority: { order: [workday, entra] }\n`,
  );
  product = await openProduct({ settings: { MAPPING_FILE: file } });
  workday = await product.token(["provision"], "workday");
  entra = await product.token(["provision"], "entra");
  await product.startSync({ MAPPING_FILE: file });
});
afterAll(() => product.close());

async function create(token: string, employeeNumber: string): Promise<string> {
  const body = {
    schemas: [CORE, ENTERPRISE],
    userName: employeeNumber,
    displayName: employeeNumber,
    active: true,
  };
  return (
    await product.send("POST", "/scim/v2/Users", {
      token,
      body: { ...body, [ENTERPRISE]: { employeeNumber } },
    })
  ).body.id;
}

test("why somebody is out whose other source deleted them, and the way back", async () => {
  const id = await create(entra, "W1");
  const record = await create(workday, "W1");
  expect((await product.send("GET", `/api/users/${id}`)).body).not.toHaveProperty("out");
  await product.send("DELETE", `/scim/v2/Users/${record}`, { token: workday });
  expect((await product.send("GET", `/api/users/${id}`)).body.out).toMatchObject({
    reasonCode: "recordDeleted",
    reason: expect.stringContaining("the source workday deleted its record on 20"),
    remedy: expect.stringContaining(`joins forget ${id}`),
    sources: [{ source: "workday", at: expect.stringMatching(/^20.*Z$/) }],
  });
  const forget = (of: string) => product.send("POST", `/api/joins/people/${of}/forget`);
  expect(await forget(id)).toMatchObject({ status: 200, body: { joins: [] } });
  expect((await forget(id)).status).toBe(409);
  expect((await forget("2819c223-7f76-453a-919d-413861904646")).status).toBe(404);
  expect((await product.send("GET", `/api/users/${id}`)).body).not.toHaveProperty("out");
});

test("the id of a record means its person, then and step by step", async () => {
  const id = await create(entra, "T1");
  const record = await create(workday, "T1");
  const at = new Date().toISOString();
  const look = async (of: string) => (await product.send("GET", `/api/users/${of}?at=${at}`)).body.resource;
  expect(await look(record)).toMatchObject({ id, displayName: "T1" });
  expect(await look(record)).toEqual(await look(id));
  const steps = async (of: string) => (await product.send("GET", `/api/users/${of}/timeline`)).body;
  await product.quiet();
  expect(await steps(record)).toEqual(await steps(id));
  expect((await product.send("GET", "/api/users/2819c223-7f76-453a-919d-413861904646/timeline")).status).toBe(
    404,
  );
});
