import { createItems } from "../../../src/store/status/items.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { openSources } from "./two-sources.ts";

/* Whoever runs one source knows a person by what that source says. */

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment();
});
afterEach(() => env.close());

test("a person of two records is found by what only one of them has, and by the id of each", async () => {
  const { source } = await openSources(
    env,
    "  join: [{ by: employeeNumber, decide: join }]\n  authority: { order: [workday, entra] }",
  );
  const person = await source("workday").create({
    userName: "mei",
    displayName: "Chan Mei",
    externalId: "wd-1",
    phoneNumbers: [{ type: "mobile", value: "+852 9123 4567" }],
    [ENTERPRISE]: { employeeNumber: "1001" },
  });
  const record = await source("entra").create({
    userName: "mei.chan@example.com",
    displayName: "Mary CHAN",
    externalId: "Entra-Object-1",
    emails: [{ type: "work", value: "mary@example.com" }],
    phoneNumbers: [{ type: "mobile", value: "+852 9123 9999" }],
    [ENTERPRISE]: { employeeNumber: "1001" },
  });
  await source("entra").create({
    userName: "other",
    displayName: "Other",
    externalId: "x",
    [ENTERPRISE]: { employeeNumber: "1002" },
  });
  const items = createItems(env.pool, "dingtalk");
  const found = async (query: { readonly text: string } | { readonly id: string }) =>
    (await items.items({ ...query, kind: "user", count: 10 })).items.map(({ ref }) => ref.id);
  expect(record).not.toBe(person);
  for (const text of [
    "mary",
    "mei.chan@",
    "entra-object-1",
    "wd-1",
    "39999",
    "34567",
    "1001",
    record,
    person,
  ])
    expect({ text, found: await found({ text }) }).toEqual({ text, found: [person] });
  for (const id of [record, person]) expect(await found({ id })).toEqual([person]);
  expect(await found({ text: "nobody" })).toEqual([]);
});
