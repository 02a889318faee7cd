import { Readable } from "node:stream";
import { systemClock } from "../../../src/core/clock.ts";
import { uuidv7 } from "../../../src/core/id.ts";
import { createGroupDirectory } from "../../../src/directory/groups.ts";
import { createUserDirectory } from "../../../src/directory/users.ts";
import { csvRows } from "../../../src/import/file/csv.ts";
import { type ImportOptions, type ImportResult, importFile } from "../../../src/import/run.ts";
import { createDirectoryStore } from "../../../src/store/create.ts";
import { TARGET } from "../../../src/targets/target-name.ts";
import { openProduct, type Product } from "../../support/product.ts";
import { testVault } from "../../support/vault.ts";

let product: Product;
let token: string;
let sourceId: string;

beforeAll(async () => {
  product = await openProduct();
  token = await product.token(["provision"], "hr");
  sourceId = (await product.pool.query("select id from sources where name = 'hr'")).rows[0].id;
});
afterAll(() => product.close());
beforeEach(async () => {
  await product.pool.query("delete from group_members");
  for (const kind of ["Groups", "Users"]) {
    const { body } = await product.send("GET", `/scim/v2/${kind}?count=200`, { token });
    for (const { id } of body.Resources ?? [])
      await product.send("DELETE", `/scim/v2/${kind}/${id}`, { token });
  }
});

function imported(text: string, options: Partial<ImportOptions> = {}): Promise<ImportResult> {
  const directory = { store: createDirectoryStore(product.pool, [TARGET], testVault), clock: systemClock };
  return importFile({
    users: createUserDirectory(directory),
    groups: createGroupDirectory(directory),
    context: { sourceId, actor: "cli", requestId: uuidv7(Date.now()) },
    rows: () => csvRows(Readable.from([Buffer.from(text)])),
    isComplete: true,
    writes: true,
    ...options,
  });
}

const actions = (result: ImportResult): readonly string[] =>
  result.kind === "done"
    ? result.people.map(({ action, key }) => `${action} ${key}`)
    : [`refused ${JSON.stringify(result.file.problems)}`];

const events = async (): Promise<number> =>
  Number(
    (await product.pool.query("select count(*) from history where code like 'user.%' or code like 'group.%'"))
      .rows[0].count,
  );

const FILE = `工号,姓名,手机,邮箱,职位,部门,直属主管,在职
1001,陈美,+86 13800138001,mei@example.com,Manager,Sales/Hong Kong,,在职
1002,李伟,+86 13800138002,wei@example.com,Clerk,Sales/Hong Kong;Works,1001,在职
1003,Ana,,ana@example.com,,Works,1001,离职
`;

test("what a file says is in the directory and in DingTalk; the same file again writes nothing", async () => {
  await product.startSync();
  expect(actions(await imported(FILE))).toEqual(["create 1001", "create 1002", "create 1003"]);
  await product.quiet();

  const { users, departments } = await product.remote();
  const byId = new Map(departments.map(({ dept_id, name }) => [dept_id, name]));
  const there = (users as readonly Record<string, unknown>[]).map((user) => ({
    name: user["name"],
    job: user["job_number"],
    title: user["title"],
    departments: (user["dept_id_list"] as readonly number[]).map((id) => byId.get(id)).sort(),
  }));
  expect(there.sort((a, b) => String(a.job).localeCompare(String(b.job)))).toEqual([
    { name: "陈美", job: "1001", title: "Manager", departments: ["Hong Kong"] },
    { name: "李伟", job: "1002", title: "Clerk", departments: ["Hong Kong", "Works"] },
  ]);

  const before = await events();
  const again = await imported(FILE);
  expect([actions(again), again.kind === "done" && again.departments, await events()]).toEqual([
    [],
    [],
    before,
  ]);
});

test("who is not in a complete file has left, after everybody else; in a partial one they stay", async () => {
  await imported(FILE);
  const two = FILE.split("\n").slice(0, 2).join("\n");
  expect(actions(await imported(two, { isComplete: false }))).toEqual([]);
  // Half of two active people.
  const refused = await imported(two);
  expect(refused).toMatchObject({ kind: "refused", reason: { inFile: 1, active: 2 } });
  const result = await imported(two, { confirmed: 1 });
  expect(actions(result)).toEqual(["deactivate 1002"]);
  expect(result).toMatchObject({
    departments: [
      { action: "change", name: "Sales/Hong Kong", left: 1 },
      { action: "remove", name: "Works" },
    ],
  });
  await product.quiet();
  expect((await product.remote()).users.map(({ name }) => name)).toEqual(["陈美"]);
});

test("a trial writes nothing and says the same as the import after it", async () => {
  await imported(FILE);
  const changed = FILE.replace("Clerk", "Lead")
    .replace("1003,", "1004,")
    .replace("Works,1001,离职", "Works,1001,在职");
  const before = await events();
  const trial = actions(await imported(changed, { writes: false }));
  expect(await events()).toBe(before);
  expect(trial).toEqual(["change 1002", "activate 1004"]);
  // Somebody who had left has another number now, and the mailbox with it: the same person, as no row has the
  // old number.
  expect(actions(await imported(changed))).toEqual(trial);
});

test("user names that change hands are given up first, in any order of rows", async () => {
  const row = (number: number, name: string) => `${number},P${number},${name}\n`;
  const head = "employee id,name,user name\n";
  await imported(head + row(1, "a") + row(2, "b") + row(3, "c"));
  const result = await imported(head + row(1, "b") + row(2, "c") + row(3, "d"));
  expect([[...actions(result)].sort(), result.kind === "done" && result.problems]).toEqual([
    ["change 1", "change 2", "change 3"],
    [],
  ]);
  const swap = await imported(head + row(1, "c") + row(2, "b") + row(3, "d"));
  // A straight swap has no order: nobody can go first.
  expect(swap.kind === "done" && swap.problems.map(({ at }) => at)).toEqual([2, 3]);
});

test("one wrong row: nothing is changed, and every wrong row is named, without its values", async () => {
  const before = await events();
  const result = await imported(`employee id,name,mobile,active
1,Good,1,yes
,Nobody,2,yes
3,,3,yes
4,Rounded,1.38E+10,yes
5,Maybe,5,perhaps
1,Twice,6,yes
`);
  expect(result.file.problems.map(({ at }) => at)).toEqual([3, 4, 5, 6, 7]);
  expect([result.kind, await events()]).toEqual(["refused", before]);
  expect(JSON.stringify(result.file.problems)).not.toMatch(/perhaps|1\.38/);
});

test("a column that is missing says nothing: what the directory holds of it stays", async () => {
  await imported("employee id,name,title,mobile\n1,Ann,Clerk,13800000001\n");
  await imported("employee id,name\n1,Ann B\n");
  const { body } = await product.send(
    "GET",
    `/scim/v2/Users?filter=${encodeURIComponent('externalId eq "1"')}`,
    { token },
  );
  expect(body.Resources[0]).toMatchObject({
    displayName: "Ann B",
    title: "Clerk",
    phoneNumbers: [{ type: "mobile", value: "13800000001" }],
  });
  await imported("employee id,name,title\n1,Ann B,\n");
  const after = await product.send("GET", `/scim/v2/Users/${body.Resources[0].id}`, { token });
  expect(after.body).not.toHaveProperty("title");
});
