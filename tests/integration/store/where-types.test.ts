import type { JsonObject, JsonValue } from "../../../src/core/entity.ts";
import type { CompareOperator, FilterNode, QueryAttribute } from "../../../src/filter/ast.ts";
import { matches } from "../../../src/filter/evaluate.ts";
import { createSampleDirectory, type SampleDirectory } from "./sample-directory.ts";

/*
 * Dates, numbers and truth values in a document, as an extension may have them; and what else may be found in
 * their place, which never raises.
 */

const leaf = (name: string, type: QueryAttribute["type"]): QueryAttribute => ({
  name,
  path: [name],
  multiValued: false,
  type,
  caseExact: false,
});

const VALUES: readonly JsonValue[] = [
  "2024-02-29T12:00:00Z",
  "2024-02-29T12:00:00.000Z",
  "2024-02-29T12:00:00.0009999Z",
  "2024-02-29T20:00:00+08:00",
  "2024-02-29T12:00",
  "2024-02-29",
  "2000-02-29",
  "1999-12-31T23:59:59.999-01:00",
  5,
  -0.1,
  0,
  1e21,
  5.000001,
  true,
  false,
  null,
];

const RUBBISH: readonly JsonValue[] = [
  "rubbish",
  "2023-02-29",
  "2024-04-31",
  "2024-13-01",
  "2024-00-10",
  "0000-01-01",
  "2024-01-01T25:00:00Z",
  "2024-01-01T10:00:00+99:00",
  "1900-02-29T00:00:00Z",
  "infinity",
  "now",
  "5",
  "NaN",
  "true",
  "",
  [],
  {},
  [5],
  { when: "2024-01-01" },
];

let directory: SampleDirectory;
const people: JsonObject[] = [];

beforeAll(async () => {
  directory = await createSampleDirectory();
  for (const [at, value] of [...VALUES, ...RUBBISH].entries()) {
    const document = { userName: `u${at}`, active: true, when: value, size: value, yes: value };
    const { id } = await directory.addUser(document);
    people.push({ ...document, id });
  }
});

afterAll(() => directory.close());

const cases: readonly [QueryAttribute, CompareOperator, string | number | boolean][] = [
  ...(["eq", "ne", "gt", "ge", "lt", "le"] as const).flatMap(
    (operator): [QueryAttribute, CompareOperator, string | number][] => [
      [leaf("when", "dateTime"), operator, "2024-02-29T12:00:00.000Z"],
      [leaf("when", "dateTime"), operator, "2000-01-01T00:59:59.999Z"],
      [leaf("size", "decimal"), operator, 5],
      [leaf("size", "integer"), operator, 0],
    ],
  ),
  [leaf("yes", "boolean"), "eq", true],
  [leaf("yes", "boolean"), "ne", true],
  [leaf("yes", "boolean"), "eq", false],
];

test.each(
  cases.map(([attribute, operator, value]) => ({ attribute, operator, value, type: attribute.type })),
)("$type $operator $value", async ({ attribute, operator, value }) => {
  const node: FilterNode = { op: "compare", operator, attribute, value };
  const page = await directory.users({ tree: node });
  const found = new Set(page.items.map((user) => user.id));
  const sound = people.slice(0, VALUES.length);
  expect(
    sound.filter((person) => found.has(String(person["id"]))).map((person) => person[attribute.name]),
  ).toEqual(sound.filter((person) => matches(node, person)).map((person) => person[attribute.name]));
});

test.each(["dateTime", "decimal", "boolean"] as const)(
  "rubbish is no %s: it fulfils no comparison but ne",
  async (type) => {
    const attribute = leaf({ dateTime: "when", decimal: "size", boolean: "yes" }[type], type);
    const value = { dateTime: "2024-01-01T00:00:00.000Z", decimal: 5, boolean: true }[type];
    const rubbish = people.slice(VALUES.length).map((person) => String(person["id"]));
    const found = async (operator: CompareOperator) => {
      const page = await directory.users({ tree: { op: "compare", operator, attribute, value } });
      return rubbish.filter((id) => page.items.some((user) => user.id === id)).length;
    };
    expect(await found("eq")).toBe(0);
    expect(await found("ne")).toBe(RUBBISH.length);
    if (type !== "boolean") expect((await found("ge")) + (await found("lt"))).toBe(0);
  },
);
