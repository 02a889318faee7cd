import type { JsonObject, JsonValue } from "../../../src/core/entity.ts";
import { InvalidFilter } from "../../../src/filter/errors.ts";
import { matches } from "../../../src/filter/evaluate.ts";
import { readProjection } from "../../../src/scim/answer/projection.ts";
import { InvalidValue, Mutability } from "../../../src/scim/errors.ts";
import { parseFilter } from "../../../src/scim/filter.ts";
import { applyPatch } from "../../../src/scim/patch/patch.ts";
import { readGroup, readUser } from "../../../src/scim/resource/resource.ts";
import type { ResourceSchema } from "../../../src/scim/schema/attributes.ts";
import { resolveName } from "../../../src/scim/schema/path-name.ts";
import {
  describeResourceTypes,
  describeSchemas,
  groupResource,
  userResource,
} from "../../../src/scim/schema/schemas.ts";
import { WORKDAY_ALIAS, WORKDAY_SCHEMA } from "../../../src/scim/schema/workday.ts";

/*
 * What /Schemas says is true of what the server does: every characteristic of every attribute, as far as it
 * shows without a database.
 */

interface Described {
  readonly name: string;
  readonly type: string;
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly caseExact?: boolean;
  readonly mutability: string;
  readonly returned: string;
  readonly uniqueness?: string;
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly Described[];
}

const base = "https://scim.example.com/scim/v2";
const documents = describeSchemas(base) as unknown as readonly {
  readonly id: string;
  readonly name: string;
  readonly attributes: readonly Described[];
}[];

interface Case extends Described {
  readonly schema: ResourceSchema;
  readonly urn: string;
  readonly parent?: Described;
  /** As a filter and a path name it. */
  readonly fullName: string;
}

const cases: readonly Case[] = documents.flatMap(({ id, attributes }) => {
  const schema = id === groupResource.id || groupResource.extension(id) ? groupResource : userResource;
  const prefix = id === schema.id ? "" : `${id}:`;
  return attributes.flatMap((attribute): Case[] => [
    { ...attribute, schema, urn: id, fullName: prefix + attribute.name },
    ...(attribute.subAttributes ?? []).map((sub) => ({
      ...sub,
      schema,
      urn: id,
      parent: attribute,
      fullName: `${prefix}${attribute.name}.${sub.name}`,
    })),
  ]);
});
const named = (wanted: (one: Case) => boolean) =>
  cases.filter(wanted).map((one): [string, Case] => [one.fullName, one]);

/** A value of the type, different from `other`. */
function sample(type: string, other = false): JsonValue {
  if (type === "boolean") return !other;
  if (type === "integer" || type === "decimal") return other ? 2 : 1;
  if (type === "dateTime") return other ? "2026-01-02T00:00:00Z" : "2026-01-01T00:00:00Z";
  return other ? "bbbb" : "aaaa";
}

function exampleOf(one: Case, other = false): JsonValue {
  if (one.type !== "complex") return sample(one.type, other);
  const subs = (one.subAttributes ?? []).filter(
    (sub) => sub.mutability !== "readOnly" && sub.name !== "primary",
  );
  const value = Object.fromEntries(subs.map((sub) => [sub.name, sample(sub.type, other)]));
  return one.multiValued ? [value] : value;
}

/** A body that holds the attribute, at its place. */
function bodyWith(one: Case, value: JsonValue): JsonObject {
  const { parent, schema, urn } = one;
  const sibling = parent?.subAttributes?.find(
    (sub) =>
      sub.name !== one.name &&
      sub.mutability !== "readOnly" &&
      ["string", "reference", "binary"].includes(sub.type) &&
      !["type", "display"].includes(sub.name),
  );
  const holder = parent
    ? { ...(sibling ? { [sibling.name]: "sibling" } : {}), [one.name]: value }
    : undefined;
  const own = parent ? { [parent.name]: parent.multiValued ? [holder!] : holder! } : { [one.name]: value };
  const identity = schema === userResource ? { userName: "mei" } : { displayName: "A" };
  return { ...identity, ...(urn === schema.id ? own : { [urn]: own }) };
}

const read = (one: Case, body: JsonObject): JsonObject =>
  one.schema === userResource ? readUser(body).document : readGroup(body).content.document;

function found(one: Case, document: JsonObject): JsonValue | undefined {
  let value: JsonValue | undefined = document;
  for (const key of [
    ...(one.urn === one.schema.id ? [] : [one.urn]),
    ...(one.parent ? [one.parent.name] : []),
    one.name,
  ]) {
    const holder: JsonValue | undefined = Array.isArray(value) ? value[0] : value;
    value = typeof holder === "object" && holder !== null ? (holder as JsonObject)[key] : undefined;
  }
  return value;
}

/** Members are rows of their own and in no document. */
const inDocument = (one: Case) => one.name !== "members" && one.parent?.name !== "members";
const settable = (one: Case) =>
  one.mutability === "readWrite" && one.parent?.mutability !== "readOnly" && inDocument(one);

describe("mutability", () => {
  test.each(named((one) => one.mutability === "readOnly"))(
    "%s is read-only: passed over in a body, refused in a path",
    (_name, one) => {
      expect(found(one, read(one, bodyWith(one, exampleOf(one))))).toBeUndefined();
      if (inDocument(one))
        expect(() =>
          applyPatch(
            read(one, bodyWith(one, "x")),
            [{ op: "replace", path: one.fullName, value: "x" }],
            one.schema,
          ),
        ).toThrow(Mutability);
    },
  );

  test.each(named(settable))(
    "%s is read-write: comes back as sent, is replaced, is removed",
    (_name, one) => {
      const document = read(one, bodyWith(one, exampleOf(one)));
      expect(found(one, document)).toEqual(exampleOf(one));
      const replaced = applyPatch(
        document,
        [{ op: "replace", path: one.fullName, value: exampleOf(one, true) }],
        one.schema,
      );
      expect(found(one, replaced)).toEqual(exampleOf(one, true));
      const remove = () =>
        found(
          one,
          applyPatch(replaced, [{ op: "remove", path: one.fullName, value: undefined }], one.schema),
        );
      if (one.required) expect(remove).toThrow(Mutability);
      else if (one.name === "active") expect(remove()).toBe(false);
      else expect(remove()).toBeUndefined();
    },
  );

  test.each(named((one) => one.mutability === "writeOnly"))(
    "%s is write-only: taken, and nowhere afterwards",
    (_name, one) => {
      const document = read(one, bodyWith(one, "secret"));
      expect(JSON.stringify(document)).not.toContain("secret");
      expect(applyPatch(document, [{ op: "add", path: one.fullName, value: "secret" }], one.schema)).toBe(
        document,
      );
      expect(() => parseFilter(one.schema, `${one.fullName} pr`)).toThrow(InvalidFilter);
      expect([one.returned, one.mutability]).toEqual(["never", "writeOnly"]);
    },
  );
});

describe("type", () => {
  const wrong: Readonly<Record<string, JsonValue>> = {
    // A whole number is text (numbers-for-text).
    string: 1.5,
    reference: 5,
    boolean: "maybe",
    integer: "1.5",
    binary: "<>",
    complex: true,
  };
  test.each(named(settable))("%s takes no other type", (_name, one) => {
    expect(() => read(one, bodyWith(one, wrong[one.type]!))).toThrow(InvalidValue);
    expect(() => read(one, bodyWith(one, wrong[one.type]!))).toThrow(
      new RegExp(`^${one.fullName.replaceAll(".", "\\.")}`),
    );
  });
});

describe("required", () => {
  test.each(named((one) => one.required && one.parent === undefined))("%s must be there", (_name, one) => {
    expect(() => read(one, bodyWith(one, null))).toThrow(`${one.name} is required`);
  });
  test("and nothing else must", () => {
    expect(() => readUser({ userName: "a" })).not.toThrow();
    expect(() => readGroup({ displayName: "a" })).not.toThrow();
    expect(() => readGroup({ displayName: "a", members: [{}] })).toThrow("members.value is required");
  });
});

describe("caseExact", () => {
  const text = (one: Case) =>
    ["string", "reference", "binary"].includes(one.type) && one.mutability !== "writeOnly";
  test.each(named(text))("%s is compared as it says", (_name, one) => {
    const resource = bodyWith(one, "aAaA");
    expect(matches(parseFilter(one.schema, `${one.fullName} eq "aAaA"`), resource)).toBe(true);
    expect(matches(parseFilter(one.schema, `${one.fullName} eq "AaAa"`), resource)).toBe(
      one.caseExact === false,
    );
  });
});

describe("canonicalValues", () => {
  test.each(named((one) => one.canonicalValues !== undefined && settable(one)))(
    "%s takes other words too, and keeps them",
    (_name, one) => {
      for (const word of [...(one.canonicalValues ?? []), "something-else"])
        expect(found(one, read(one, bodyWith(one, word)))).toBe(word);
    },
  );
  test.each(["emails", "phoneNumbers", "addresses"])(
    "%s.type has some, which is how Entra names its elements",
    (name) => {
      expect(cases.find((one) => one.fullName === `${name}.type`)?.canonicalValues).toContain("work");
    },
  );
});

describe("returned", () => {
  test.each(named((one) => one.returned === "default" && one.parent === undefined && inDocument(one)))(
    "%s is returned unless left out",
    (_name, one) => {
      const document = bodyWith(one, exampleOf(one));
      expect(found(one, readProjection(one.schema, {}).apply(document))).toEqual(exampleOf(one));
      expect(
        found(one, readProjection(one.schema, { excludedAttributes: one.fullName }).apply(document)),
      ).toBeUndefined();
      expect(found(one, readProjection(one.schema, { attributes: one.fullName }).apply(document))).toEqual(
        exampleOf(one),
      );
    },
  );
});

describe("names", () => {
  test.each(named(() => true))(
    "%s is found in any letter case and under its URN, and can be sorted or filtered by",
    (_name, one) => {
      const local = one.parent ? `${one.parent.name}.${one.name}` : one.name;
      for (const name of [
        one.fullName,
        one.fullName.toUpperCase(),
        `${one.urn}:${local}`,
        `${one.urn.toUpperCase()}:${local.toLowerCase()}`,
      ]) {
        const target = resolveName(one.schema, name);
        expect(target?.kind === "attribute" && (target.sub ?? target.attribute).fullName).toBe(one.fullName);
      }
      if (one.mutability !== "writeOnly")
        expect(parseFilter(one.schema, `${one.fullName} pr`)).toMatchObject({ op: "present" });
    },
  );

  test.each([
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "name.constructor",
    "emails.__proto__",
    "",
    ".",
    "name.",
    ".name",
    "urn:",
    ":",
  ])("%j is no attribute", (name) => {
    expect(resolveName(userResource, name)).toBeUndefined();
    expect(resolveName(groupResource, name)).toBeUndefined();
  });
});

describe("the documents", () => {
  test("hold no null, name themselves, and begin with the two resources", () => {
    expect(JSON.stringify(documents)).not.toContain("null");
    expect(documents.map(({ name }) => name)).toEqual([
      "User",
      "Group",
      "EnterpriseUser",
      "DingTalkUser",
      "DingTalkGroup",
      "WorkdayWorker",
    ]);
    expect(documents).toEqual(
      documents.map(({ id }) =>
        expect.objectContaining({ meta: { resourceType: "Schema", location: `${base}/Schemas/${id}` } }),
      ),
    );
  });

  test("list externalId for people and groups", () => {
    for (const id of [userResource.id, groupResource.id]) {
      const attribute = documents
        .find((one) => one.id === id)
        ?.attributes.find(({ name }) => name === "externalId");
      expect(attribute).toMatchObject({ type: "string", caseExact: true, uniqueness: "none" });
    }
  });

  test("tell what is unique", () => {
    const unique = cases
      .filter(({ uniqueness }) => uniqueness !== undefined && uniqueness !== "none")
      .map(({ urn, name }) => `${urn.split(":").at(-1)} ${name}`);
    expect(unique).toEqual(["User userName", "Group displayName"]);
  });

  test("list the attributes of Entra's default mapping", () => {
    const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    const mapped =
      "userName active displayName title emails.value preferredLanguage name.givenName name.familyName name.formatted addresses.formatted addresses.streetAddress addresses.locality addresses.region addresses.postalCode addresses.country phoneNumbers.value externalId members.value";
    const names = new Set(cases.map(({ fullName }) => fullName));
    expect(
      [
        ...mapped.split(" "),
        ...["employeeNumber", "department", "manager"].map((name) => `${enterprise}:${name}`),
      ].filter((name) => !names.has(name)),
    ).toEqual([]);
  });

  test("of the resource types name their extensions, the published ones", () => {
    expect(describeResourceTypes(base)).toMatchObject([
      {
        id: "User",
        endpoint: "/Users",
        schema: userResource.id,
        meta: { location: `${base}/ResourceTypes/User` },
      },
      { id: "Group", endpoint: "/Groups", schema: groupResource.id },
    ]);
    const extensions = JSON.stringify(describeResourceTypes(base));
    expect(extensions).toContain(WORKDAY_SCHEMA);
    expect(extensions).not.toContain(WORKDAY_ALIAS);
  });

  test("the alias of the worker schema has the same attributes", () => {
    const names = (urn: string) =>
      userResource.extension(urn)?.attributes.all.map(({ name, type }) => `${name} ${type}`);
    expect(names(WORKDAY_ALIAS)).toEqual(names(WORKDAY_SCHEMA));
  });
});
