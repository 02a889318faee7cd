import fc from "fast-check";
import type { JsonObject, JsonValue } from "../../../src/core/entity.ts";
import type { StoredGroup } from "../../../src/directory/group.ts";
import type { StoredUser } from "../../../src/directory/user.ts";
import type { CompareOperator, FilterNode, QueryAttribute } from "../../../src/filter/ast.ts";
import { matches } from "../../../src/filter/evaluate.ts";
import { withAddresses } from "../../../src/scim/answer/addresses.ts";
import type { AttributeSpec } from "../../../src/scim/schema/attributes.ts";
import { groupResource, userResource } from "../../../src/scim/schema/schemas.ts";
import { createGroupStore } from "../../../src/store/directory/groups.ts";
import { createUserStore } from "../../../src/store/directory/users.ts";
import { printQuery } from "../../support/print-query.ts";
import { testVault } from "../../support/vault.ts";
import { createSampleDirectory, type SampleDirectory } from "./sample-directory.ts";

/*
 * The one meaning of a filter, asked twice: the rows the database answers are those `matches` picks from the
 * same resources in memory.
 */

const BASE = "https://scim.example.com/scim/v2";
const userSchema = withAddresses(userResource, BASE);
const groupSchema = withAddresses(groupResource, BASE);

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const DINGTALK_GROUP = "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:Group";

/**
 * Words that meet each other in many ways: letter case, accents composed and not, widths, scripts, signs of
 * LIKE, beyond the first plane.
 */
const WORDS = [
  "li",
  "LI",
  "Li Lei",
  "李雷",
  "ＬＩ",
  "jose\u0301",
  "JOSÉ",
  "Straße",
  "STRASSE",
  "ΑΣ",
  "ας",
  "İz",
  "50%_\\x",
  'a"b',
  "\u{1f600}",
  "\uff5e",
  "work",
  "Work",
  "home",
  "0",
  "42",
  "true",
  "",
];

const users: readonly JsonObject[] = [
  { userName: "li", displayName: "Li Lei", active: true },
  { userName: "李雷", displayName: "", active: false, externalId: "42", title: "", name: {} },
  {
    userName: "ＬＩ-2",
    displayName: "LI",
    nickName: "ＬＩ",
    externalId: "LI",
    name: { givenName: "", familyName: "Straße" },
    emails: [],
  },
  {
    userName: "josé",
    displayName: "JOSÉ",
    title: "jose\u0301",
    name: { familyName: "STRASSE", givenName: "Li" },
    emails: [
      { value: "LI", type: "Work", primary: true },
      { value: "li lei", type: "home" },
      { type: "other" },
    ],
  },
  {
    userName: "ας",
    displayName: "ΑΣ",
    externalId: "li",
    emails: [{ value: "", type: "work" }, { value: "work" }, {}],
    phoneNumbers: [{ value: "42", type: "work", primary: false }],
    [ENTERPRISE]: { employeeNumber: "LI", manager: { value: "42", displayName: "Li Lei" } },
  },
  {
    userName: "50%_\\x",
    title: "\u{1f600}",
    nickName: "\uff5e",
    emails: [{ value: "50%_\\x", primary: true, type: "work" }],
    roles: [{ value: 'a"b', display: "Work" }],
    [ENTERPRISE]: { employeeNumber: "li", costCenter: "0", manager: { value: "" } },
  },
  {
    userName: 'a"b',
    title: "\uff5e",
    nickName: "İz",
    addresses: [{ locality: "Work", primary: true }, { locality: "李雷" }],
    active: true,
  },
  {
    userName: "true",
    displayName: "true",
    title: "0",
    userType: "home",
    [ENTERPRISE]: { manager: { value: "LI" } },
  },
];

const groups: readonly JsonObject[] = [
  { displayName: "Li Lei", [DINGTALK_GROUP]: { order: 42, hidden: true, kind: "role" } },
  { displayName: "李雷", externalId: "LI", [DINGTALK_GROUP]: { order: -3, hidden: false } },
  { displayName: "work", externalId: "li", [DINGTALK_GROUP]: { order: 0 } },
  { displayName: "50%_\\x", [DINGTALK_GROUP]: { order: 1e21, code: "" } },
  { displayName: "home" },
];

let directory: SampleDirectory;
const people: JsonObject[] = [];
const teams: JsonObject[] = [];

beforeAll(async () => {
  directory = await createSampleDirectory();
  const stored: StoredUser[] = [];
  for (const document of users) stored.push(await directory.addUser(person(document)));
  const [first, second, third, fourth] = stored.map((user) => user.id) as [string, string, string, string];
  const made: StoredGroup[] = [];
  const join = async (document: JsonObject, members: readonly string[]) =>
    made.push(await directory.addGroup(document, members));
  await join(groups[0]!, [first, second]);
  await join(groups[1]!, [second, made[0]!.id]);
  await join(groups[2]!, [third, made[1]!.id]);
  await join(groups[3]!, []);
  await join(groups[4]!, [fourth]);
  // Others of another source, who must never be found.
  const other = await directory.addSource();
  for (const document of users) await directory.addUser(person(document), undefined, other);
  await directory.addGroup(groups[0]!, [], other);

  const userStore = createUserStore(directory.pool, [], testVault);
  const groupStore = createGroupStore(directory.pool, [], testVault);
  for (const { id } of stored) people.push(whole("User", (await userStore.getUser(directory.sourceId, id))!));
  for (const { id } of made) {
    const members: JsonValue[] = [];
    for await (const page of groupStore.membersOf(id)) {
      for (const { id: value, type, display = null } of page)
        members.push({ value, type, display, $ref: `${BASE}/${type}s/${value}` });
    }
    const group = whole("Group", (await groupStore.getGroup(directory.sourceId, id))!);
    teams.push(members.length > 0 ? { ...group, members } : group);
  }
});

afterAll(() => directory.close());

/** Every stored document says whether the person is active. */
const person = (document: JsonObject): JsonObject => ({ active: true, ...document });

/** The resource as it would be answered. */
function whole(resourceType: string, row: StoredUser | StoredGroup): JsonObject {
  const groupsOf = "groups" in row ? row.groups : [];
  const groups = groupsOf.map(({ id, ...group }) => ({ ...group, value: id, $ref: `${BASE}/Groups/${id}` }));
  return {
    ...(JSON.parse(row.document) as JsonObject),
    id: row.id,
    meta: {
      resourceType,
      created: row.createdAt,
      lastModified: row.modifiedAt,
      location: `${BASE}/${resourceType}s/${row.id}`,
      version: `W/"${row.version}"`,
    },
    ...(groups.length === 0 ? {} : { groups }),
  };
}

const TEXT_OPERATORS: readonly CompareOperator[] = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"];
const ORDER_OPERATORS: readonly CompareOperator[] = ["eq", "ne", "gt", "ge", "lt", "le"];

const UNANSWERABLE = /manager\.\$ref|^password$/;

/** Sub-attributes and attributes without any. */
function leaves(all: readonly AttributeSpec[]): readonly QueryAttribute[] {
  return all
    .flatMap((spec) => (spec.type === "complex" ? spec.sub.all : [spec]))
    .map((spec) => spec.query)
    .filter((attribute) => !UNANSWERABLE.test(attribute.name));
}

function comparison(attribute: QueryAttribute, ids: readonly string[]): fc.Arbitrary<FilterNode> {
  const compare = (operators: readonly CompareOperator[], values: fc.Arbitrary<string | number | boolean>) =>
    fc
      .tuple(fc.constantFrom(...operators), values)
      .map(([operator, value]): FilterNode => ({ op: "compare", operator, attribute, value }));
  switch (attribute.type) {
    case "boolean":
      return compare(["eq", "ne"], fc.boolean());
    case "integer":
    case "decimal":
      return compare(ORDER_OPERATORS, fc.constantFrom(-3, 0, 42, 41.5, 1e21));
    case "dateTime":
      return compare(
        ORDER_OPERATORS,
        fc.constantFrom("2026-01-01T00:00:04.000Z", "2026-01-01T00:00:03.500Z", "1970-01-01T00:00:00.000Z"),
      );
    case "binary":
      return compare(["eq", "ne"], fc.constantFrom(...WORDS));
    default:
      return compare(
        TEXT_OPERATORS,
        fc.oneof(
          fc.constantFrom(...WORDS),
          fc.constantFrom(...ids, ...ids.map((id) => id.slice(0, 14)), 'W/"1"', "User", "direct"),
          fc.constantFrom(
            ...ids.flatMap((id) => [`${BASE}/Users/${id}`, `${BASE}/Groups/${id}`]),
            `${BASE}/Users/`,
          ),
        ),
      );
  }
}

function filters(
  all: readonly AttributeSpec[],
  interesting: readonly string[],
  ids: readonly string[],
): fc.Arbitrary<FilterNode> {
  const every = leaves(all);
  const wanted = every.filter((attribute) => interesting.includes(attribute.name));
  const attributes = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...wanted) },
    { weight: 1, arbitrary: fc.constantFrom(...every) },
  );
  const complexes = all.filter((spec) => spec.type === "complex");
  const lists = complexes.filter((spec) => spec.multiValued);

  const term = (of: fc.Arbitrary<QueryAttribute>): fc.Arbitrary<FilterNode> =>
    fc.oneof(
      { weight: 5, arbitrary: of.chain((attribute) => comparison(attribute, ids)) },
      { weight: 1, arbitrary: of.map((attribute): FilterNode => ({ op: "present", attribute })) },
    );
  const compound = (of: fc.Arbitrary<FilterNode>, depth: number): fc.Arbitrary<FilterNode> => {
    if (depth === 0) return of;
    const below = compound(of, depth - 1);
    return fc.oneof(
      { weight: 3, arbitrary: of },
      { weight: 1, arbitrary: below.map((node): FilterNode => ({ op: "not", node })) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(
            fc.constantFrom("and" as const, "or" as const),
            fc.array(below, { minLength: 2, maxLength: 3 }),
          )
          .map(([op, nodes]): FilterNode => ({ op, nodes })),
      },
    );
  };
  const some = fc
    .constantFrom(...lists)
    .chain((spec) =>
      compound(term(fc.constantFrom(...leaves(spec.sub.all))), 2).map(
        (node): FilterNode => ({ op: "some", attribute: spec.query, node }),
      ),
    );
  const wholly = fc
    .constantFrom(...complexes)
    .map((spec): FilterNode => ({ op: "present", attribute: spec.query }));
  return compound(
    fc.oneof(
      { weight: 5, arbitrary: term(attributes) },
      { weight: 2, arbitrary: some },
      { weight: 1, arbitrary: wholly },
    ),
    3,
  );
}

async function expectSame(
  resources: readonly JsonObject[],
  node: FilterNode,
  ask: "users" | "groups",
): Promise<void> {
  const expected = resources.filter((resource) => matches(node, resource)).map((resource) => resource["id"]);
  const text = printQuery(node);
  const page = await directory[ask]({ tree: node });
  expect({ text, ids: page.items.map((item) => item.id), total: page.total }).toEqual({
    text,
    ids: expected,
    total: expected.length,
  });
}

test("any filter finds the same people in SQL and in memory", async () => {
  const extensions = userSchema.extensions.flatMap((extension) => extension.attributes.all);
  const interesting = [
    ...[
      "userName",
      "externalId",
      "displayName",
      "title",
      "nickName",
      "active",
      "emails.value",
      "emails.type",
      "emails.primary",
      "groups.value",
    ],
    ...[
      "meta.location",
      "groups.$ref",
      "groups.type",
      "groups.display",
      "addresses.locality",
      "name.familyName",
      "meta.version",
      "meta.created",
      "id",
      "schemas",
    ],
    ...[`${ENTERPRISE}:employeeNumber`, `${ENTERPRISE}:manager.value`],
  ];
  const ids = [...people, ...teams].map((resource) => String(resource["id"]));
  const filter = filters([...userSchema.attributes.all, ...extensions], interesting, ids);
  await fc.assert(
    fc.asyncProperty(filter, (node) => expectSame(people, node, "users")),
    { numRuns: 500 },
  );
});

test("any filter finds the same groups in SQL and in memory", async () => {
  const extensions = groupSchema.extensions.flatMap((extension) => extension.attributes.all);
  const interesting = [
    "displayName",
    "externalId",
    "members.value",
    "members.type",
    "members.display",
    "members.$ref",
    "meta.location",
    `${DINGTALK_GROUP}:order`,
    `${DINGTALK_GROUP}:hidden`,
  ];
  const ids = [...people, ...teams].map((resource) => String(resource["id"]));
  const filter = filters([...groupSchema.attributes.all, ...extensions], interesting, ids);
  await fc.assert(
    fc.asyncProperty(filter, (node) => expectSame(teams, node, "groups")),
    { numRuns: 300 },
  );
});
