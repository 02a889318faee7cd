import type { Random } from "./random.ts";
import { anything, text } from "./values.ts";

/* Valid messages and queries of clients, from which the fuzzer makes malformed ones. */

const CORE = "urn:ietf:params:scim:schemas:core:2.0:";
const MESSAGE = "urn:ietf:params:scim:api:messages:2.0:";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

export interface Known {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

export const somebody = ({ users, groups }: Known, random: Random): string =>
  random.one(random.chance(0.8) ? users : groups) ?? "2819c223-7f76-453a-919d-413861904646";

/** One of 500 names, so that names collide. */
const name = (random: Random): string => `name ${random.below(500)}`;

export const user = (known: Known, random: Random) => ({
  schemas: [`${CORE}User`, ENTERPRISE],
  externalId: `ext-${random.below(500)}`,
  userName: random.chance(0.9) ? `${name(random)}@example.com` : text(random),
  displayName: name(random),
  name: { givenName: "Mei", familyName: "Chan", formatted: "Chan Mei" },
  title: random.chance(0.5) ? "Manager" : text(random),
  active: random.one([true, false, "True", "False"]),
  emails: [{ type: "work", value: `${name(random)}@example.com`, primary: true }],
  phoneNumbers: [
    { type: "mobile", value: `+852 6${100_000_0 + random.below(9_000_000)}` },
    { type: "work", value: "+852 2123 4567" },
  ],
  addresses: [{ type: "work", streetAddress: "1 Road", locality: "Hong Kong" }],
  roles: [{ value: "a", primary: "True" }],
  [ENTERPRISE]: {
    employeeNumber: String(random.below(500)),
    department: "Retail",
    manager: { value: somebody(known, random) },
  },
});

export const group = (known: Known, random: Random) => ({
  schemas: [`${CORE}Group`],
  displayName: random.chance(0.8) ? `Group ${random.below(200)}/${random.below(20)}` : text(random),
  externalId: `ext-${random.below(500)}`,
  members: Array.from({ length: random.below(5) }, () => ({
    value: somebody(known, random),
    type: random.one(["User", "Group"]),
  })),
});

const PATHS: readonly string[] = [
  "active",
  "title",
  "displayName",
  "userName",
  "externalId",
  "name.givenName",
  "name",
  "emails",
  'emails[type eq "work"]',
  'emails[type eq "work"].value',
  'emails[value sw "a" and not (primary eq true)].type',
  'phoneNumbers[type eq "mobile"].value',
  "roles",
  "members",
  'members[value eq "2819c223-7f76-453a-919d-413861904646"]',
  "members.value",
  ENTERPRISE,
  `${ENTERPRISE}:manager`,
  `${ENTERPRISE}:employeeNumber`,
  `${CORE}User:title`,
  "meta.location",
  "id",
  "schemas",
  "unknown.thing",
  "emails[",
  'emails[type eq "\\u0000"].value',
];

export const patch = (known: Known, random: Random) => ({
  schemas: [`${MESSAGE}PatchOp`],
  Operations: Array.from({ length: 1 + random.below(4) }, () => ({
    op: random.one(["add", "replace", "remove", "Add", "Replace", "Remove", "move"]),
    ...(random.chance(0.8) ? { path: random.chance(0.9) ? random.one(PATHS) : text(random) } : {}),
    ...(random.chance(0.8) ? { value: patchValue(known, random) } : {}),
  })),
});

function patchValue(known: Known, random: Random): unknown {
  switch (random.below(6)) {
    case 0:
      return [{ value: somebody(known, random) }];
    case 1:
      return { value: text(random), type: "work" };
    case 2:
      return random.one(["False", "Manager", "a@example.com", "+852 6123 4567"]);
    case 3:
      return {
        title: text(random),
        "name.givenName": "Li",
        [`${ENTERPRISE}:department`]: "B",
        emails: [{ value: text(random) }],
      };
    default:
      return anything(random);
  }
}

export const search = (known: Known, random: Random) => ({
  schemas: [`${MESSAGE}SearchRequest`],
  filter: filter(known, random),
  startIndex: random.one([1, 0, -5, 2 ** 31, 2 ** 53]),
  count: random.one([0, 1, 200, 1_000_000, -1]),
  sortBy: random.one(["userName", "emails", "meta.created", "name.familyName", "members", "unknown"]),
  sortOrder: random.one(["ascending", "descending", "up"]),
  attributes: ["userName", text(random)],
});

export const bulk = (known: Known, random: Random) => ({
  schemas: [`${MESSAGE}BulkRequest`],
  ...(random.chance(0.5) ? { failOnErrors: random.one([1, 3, 0, "1"]) } : {}),
  Operations: Array.from({ length: 1 + random.below(6) }, (_, at) => {
    const isGroup = random.chance(0.4);
    const method = random.one(["POST", "PUT", "PATCH", "DELETE", "MERGE", "post"]);
    const target = random.chance(0.3)
      ? text(random)
      : random.chance(0.3)
        ? `bulkId:${random.below(6)}`
        : somebody(known, random);
    const data =
      method === "PATCH" ? patch(known, random) : isGroup ? group(known, random) : user(known, random);
    const reference =
      isGroup && random.chance(0.5) ? { members: [{ value: `bulkId:${random.below(6)}` }] } : {};
    return {
      method,
      bulkId: String(at),
      path: `/${isGroup ? "Groups" : "Users"}${method === "POST" ? "" : `/${target}`}`,
      data: { ...data, ...reference },
    };
  }),
});

const ATTRIBUTES: readonly string[] = [
  "id",
  "externalId",
  "userName",
  "displayName",
  "active",
  "title",
  "emails",
  "emails.value",
  "emails.primary",
  "phoneNumbers.type",
  "members",
  "members.value",
  "groups.value",
  "meta.created",
  "meta.lastModified",
  "meta.resourceType",
  "meta.location",
  "meta.version",
  "schemas",
  `${ENTERPRISE}:manager.value`,
  `${ENTERPRISE}:employeeNumber`,
  "at",
  "code",
  "subject",
  "attribute",
  "requestId",
  "source",
  "unknown",
];

export function filter(known: Known, random: Random, depth = 0): string {
  if (depth < 3 && random.chance(0.3)) {
    const [left, right] = [filter(known, random, depth + 1), filter(known, random, depth + 1)];
    return random.one([
      `(${left} and ${right})`,
      `${left} or ${right}`,
      `not (${left})`,
      `emails[${left}]`,
      `members[value eq ${literal(known, random)}]`,
    ]);
  }
  const attribute = random.chance(0.95) ? random.one(ATTRIBUTES) : text(random);
  const operator = random.one(["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "EQ", "pr", "like"]);
  return operator === "pr" ? `${attribute} pr` : `${attribute} ${operator} ${literal(known, random)}`;
}

function literal(known: Known, random: Random): string {
  if (random.chance(0.3)) return JSON.stringify(somebody(known, random));
  return random.one([
    JSON.stringify(text(random)),
    '"\\ud800"',
    '"\\u0000"',
    '"2024-01-01T00:00:00Z"',
    '"2024-13-01T00:00:00Z"',
    '"0000-01-01"',
    '"9999-12-31T23:59:59-14:00"',
    "true",
    "null",
    "1",
    "-1.5e400",
    "01",
    '"',
    "unquoted",
  ]);
}
