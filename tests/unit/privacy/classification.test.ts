import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compileMapping } from "../../../src/mapping/compile.ts";
import { PERSON_EXTENSIONS } from "../../../src/mapping/extensions.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { classIn } from "../../../src/privacy/classification.ts";
import { columnsOf, TABLES } from "../../../src/privacy/columns.ts";
import { SCIM_ATTRIBUTES } from "../../../src/privacy/scim-attributes.ts";
import { classOfSetting } from "../../../src/privacy/settings.ts";
import { classOfTargetAttribute, TARGET_ATTRIBUTES } from "../../../src/privacy/target-attributes.ts";
import type { AttributeNames, ResourceSchema } from "../../../src/scim/schema/attributes.ts";
import { groupResource, userResource } from "../../../src/scim/schema/schemas.ts";
import { USER_SCHEMA } from "../../../src/scim/schema/user.ts";
import { SETTINGS } from "../../../src/settings/rules.ts";
import { EXTENSION, fieldsOf } from "../../../src/targets/dingtalk/attributes/fields.ts";

/*
 * Nothing the product knows is without a class. Whoever adds an attribute or a setting decides here what it
 * is: src/privacy.
 */

const HOW = "decide what it is in src/privacy, then write the data map with GOLDEN=write";

const namesOf = ({ all }: AttributeNames): readonly string[] =>
  all.flatMap(({ name, sub }) => [name, ...sub.all.map((each) => `${name}.${each.name}`)]);

const schemasOf = ({ id, attributes, extensions }: ResourceSchema): readonly (readonly [string, string])[] =>
  [{ id, attributes }, ...extensions].flatMap((each) =>
    namesOf(each.attributes).map((name) => [each.id, name] as const),
  );

test("every attribute of SCIM has a class", () => {
  const known = [...schemasOf(userResource), ...schemasOf(groupResource)];
  const without = known.filter(([urn, name]) => classIn(SCIM_ATTRIBUTES[urn] ?? {}, name) === undefined);
  expect([HOW, ...without.map(([urn, name]) => `${urn}:${name}`)]).toEqual([HOW]);
});

test("no class is of an attribute that is not there", () => {
  const known = new Set(
    [...schemasOf(userResource), ...schemasOf(groupResource)].map((each) => each.join(" ")),
  );
  const classified = Object.entries(SCIM_ATTRIBUTES).flatMap(([urn, classes]) =>
    Object.keys(classes).map((name) => `${urn} ${name}`),
  );
  expect(classified.filter((each) => !known.has(each))).toEqual([]);
});

test.each(["user", "department", "role"] as const)(
  "every attribute of a %s at DingTalk has a class",
  (kind) => {
    const known = fieldsOf(kind).map(([name]) => name);
    expect([HOW, ...known.filter((name) => classOfTargetAttribute(kind, name) === undefined)]).toEqual([HOW]);
    const classified = Object.keys(TARGET_ATTRIBUTES[kind]).filter((name) => name !== `${EXTENSION}*`);
    expect(classified.sort()).toEqual([...known].sort());
  },
);

test("a custom field is personal, whatever its name", () => {
  expect(classOfTargetAttribute("user", `${EXTENSION}Blood type`)?.sensitivity).toBe("personal");
  expect(classOfTargetAttribute("user", "bloodType")).toBeUndefined();
});

test("what stands below a public attribute has to be classified by itself", () => {
  expect(classIn({ meta: { sensitivity: "public", purpose: "technical" } }, "meta.author")).toBeUndefined();
  expect(classIn({ name: { sensitivity: "personal", purpose: "name" } }, "name.suffix")?.sensitivity).toBe(
    "personal",
  );
});

test("what the built-in mapping sends is said to be sent, and nothing else", () => {
  const urns: Readonly<Record<string, readonly string[]>> = { user: [USER_SCHEMA], ...PERSON_EXTENSIONS };
  const read = compileMapping(DEFAULT_MAPPING)
    .explain({ user: { id: "u1" }, groups: [] })
    .flatMap(({ attribute, sources }) =>
      sources.flatMap(({ path }) => {
        const [variable = "", name = ""] = path.replace(/\[.*$/, "").split(".");
        return (urns[variable] ?? []).map((urn) => `${urn} ${name} → ${attribute}`);
      }),
    );
  const said = Object.entries(SCIM_ATTRIBUTES).flatMap(([urn, classes]) =>
    Object.entries(classes).flatMap(([name, { sentAs = [] }]) =>
      sentAs.map((attribute) => `${urn} ${name} → ${attribute}`),
    ),
  );
  // A person's groups are placed one by one: no expression reads them.
  const byGroups = ["departments", "roles"].map((attribute) => `${USER_SCHEMA} groups → ${attribute}`);
  expect(said.sort()).toEqual([...new Set(read), ...byGroups].sort());
});

test("every setting has a class", () => {
  expect([HOW, ...SETTINGS.filter((name) => classOfSetting(name) === undefined)]).toEqual([HOW]);
  expect(
    SETTINGS.filter((name) => /SECRET|TOKEN|PASSWORD/.test(name) && classOfSetting(name) !== "secret"),
  ).toEqual([]);
});

/** A mirror of the migrations; tests/integration/privacy/columns.test.ts looks at the database itself. */
const prismaSchema = readFileSync(join(__dirname, "../../../prisma/schema.prisma"), "utf8");

test("every column of every table has a class", () => {
  const known = [...prismaSchema.matchAll(/^model \w+ \{\n([\s\S]*?)^\}/gm)].flatMap(([, body = ""]) => {
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? "?";
    const columns = body.matchAll(
      /^ {2}(\w+) +(?:String|Boolean|Int|BigInt|Float|Bytes|Json|DateTime)\b(.*)$/gm,
    );
    return [...columns].map(([, name, rest = ""]) => `${table}.${/@map\("(\w+)"\)/.exec(rest)?.[1] ?? name}`);
  });
  const classified = Object.entries(TABLES).flatMap(([table, of]) =>
    columnsOf(of).map(([name]) => `${table}.${name}`),
  );
  expect([HOW, ...known.sort()]).toEqual([HOW, ...classified.sort()]);
});
