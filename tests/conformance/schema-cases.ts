import assert from "node:assert/strict";
import { answered, type Case, has, idsOf } from "./case.ts";
import { type Answer, GROUP, type Resource, type ScimClient, sideBySide, USER } from "./client.ts";

/*
 * RFC 7643 section 7: the server behaves as /Schemas describes each attribute. The cases test all attributes
 * that the server lists.
 */

interface Listed {
  /** Path of the attribute, such as `emails.value` or `urn:…:User:employeeNumber`. */
  readonly path: string;
  readonly endpoint: "/Users" | "/Groups";
  readonly attribute: Resource;
  readonly parent?: Resource;
  /** The URN of the extension. Undefined for core attributes. */
  readonly extension?: string;
}

/** All attributes and sub-attributes of the schemas of all resource types. */
async function listed(scim: ScimClient): Promise<readonly Listed[]> {
  const types = answered(await scim.get("/ResourceTypes"), 200).Resources as Resource[];
  const schemas = answered(await scim.get("/Schemas"), 200).Resources as Resource[];
  return types.flatMap((type) =>
    [type.schema, ...type.schemaExtensions.map((extension: Resource) => extension.schema)].flatMap(
      (id: string) => {
        const extension = id === type.schema ? undefined : id;
        const place = {
          endpoint: type.endpoint as Listed["endpoint"],
          ...(extension === undefined ? {} : { extension }),
        };
        const prefix = extension === undefined ? "" : `${extension}:`;
        const { attributes } =
          schemas.find((schema) => schema.id === id) ?? assert.fail(`${id} is not among the schemas`);
        return (attributes as Resource[]).flatMap((attribute): Listed[] => [
          { ...place, path: prefix + attribute.name, attribute },
          ...((attribute.subAttributes ?? []) as Resource[]).map(
            (sub): Listed => ({
              ...place,
              path: `${prefix}${attribute.name}.${sub.name}`,
              attribute: sub,
              parent: attribute,
            }),
          ),
        ]);
      },
    ),
  );
}

const isWritable = ({ attribute, parent }: Listed): boolean =>
  attribute.mutability === "readWrite" &&
  (parent?.mutability ?? "readWrite") === "readWrite" &&
  parent?.name !== "members" &&
  attribute.name !== "members";

/**
 * A body with this value of the attribute. If the attribute is multi-valued, the value becomes the only
 * element of a list.
 */
function bodyWith(
  { attribute, parent, extension, endpoint }: Listed,
  value: unknown,
  scim: ScimClient,
): Resource {
  const own = attribute.multiValued && !Array.isArray(value) ? [value] : value;
  const inner = parent
    ? {
        [parent.name]: parent.multiValued
          ? [{ ...filler(parent), [attribute.name]: own }]
          : { [attribute.name]: own },
      }
    : { [attribute.name]: own };
  const base =
    endpoint === "/Users"
      ? { schemas: [USER], userName: scim.unique("schema") }
      : { schemas: [GROUP], displayName: scim.unique("schema") };
  return extension === undefined
    ? { ...base, ...inner }
    : { ...base, schemas: [...base.schemas, extension], [extension]: inner };
}

const LABELS: readonly string[] = ["type", "primary", "display"];

/** A sub-attribute with a value, so that an element of a list is not empty. */
function filler({ subAttributes }: Resource): Resource {
  const sub = (subAttributes as Resource[]).find(
    ({ name, type, mutability }) => type !== "boolean" && mutability !== "readOnly" && !LABELS.includes(name),
  );
  return sub ? { [sub.name]: sample(sub, "x") } : {};
}

function valueIn({ attribute, parent, extension }: Listed, resource: Resource): unknown {
  const holder = extension === undefined ? resource : resource[extension];
  if (!parent) return holder?.[attribute.name];
  const value = holder?.[parent.name];
  return parent.multiValued ? value?.[0]?.[attribute.name] : value?.[attribute.name];
}

/** A value of the attribute's type. It is `text`, if the type allows any text. */
function sample({ type, subAttributes }: Resource, text: string): unknown {
  switch (type) {
    case "boolean":
      return true;
    case "integer":
      return 7;
    case "decimal":
      return 7.5;
    case "dateTime":
      return "2026-01-02T03:04:05Z";
    case "binary":
      return "AAECAw==";
    case "complex":
      return Object.fromEntries(
        (subAttributes as Resource[])
          .filter((sub) => sub.mutability === "readWrite")
          .map((sub) => [sub.name, sample(sub, text)]),
      );
    default:
      return text;
  }
}

type Check = (scim: ScimClient, listed: Listed) => Promise<string | undefined>;

/**
 * A case: `check` succeeds for every attribute that `applies` selects, and `applies` selects at least one.
 */
const forAll = (name: string, applies: (listed: Listed) => boolean, check: Check): Case => ({
  origin: "RFC 7643 7",
  name,
  async run(scim) {
    const chosen = (await listed(scim)).filter(applies);
    assert.ok(chosen.length > 0, "no such attribute is listed");
    const problems = await sideBySide(chosen, async (one) => {
      const problem = await check(scim, one);
      return problem === undefined ? [] : [`${one.path}: ${problem}`];
    });
    assert.deepEqual(problems.flat(), []);
  },
});

const outcome = ({ status, body }: Answer): string => `${status} ${body.scimType ?? ""}`.trim();
const expected = (actual: string, wanted: string): string | undefined =>
  actual === wanted ? undefined : `${actual} instead of ${wanted}`;
const make = (scim: ScimClient, { endpoint }: Listed, body: Resource) => scim.send("POST", endpoint, body);

export const schemaCases: readonly Case[] = [
  forAll(
    "a readWrite attribute is returned as it was written, by POST and by PATCH",
    (one) => isWritable(one),
    async (scim, one) => {
      const body = bodyWith(one, sample(one.attribute, scim.unique("value")), scim);
      const made = answered(await make(scim, one, body), 201);
      has(valueIn(one, made), valueIn(one, body));
      if (one.parent?.multiValued) return undefined;
      const other = sample(one.attribute, scim.unique("other"));
      const value = one.attribute.multiValued ? [other] : other;
      answered(await scim.patch(`${one.endpoint}/${made.id}`, { op: "replace", path: one.path, value }), 200);
      has(valueIn(one, answered(await scim.get(`${one.endpoint}/${made.id}`), 200)), value);
      return undefined;
    },
  ),
  forAll(
    "a readOnly attribute is ignored in POST and refused in PATCH",
    // Not for members: an element needs an existing person or group. patch-cases.ts tests them.
    (one) => one.attribute.mutability === "readOnly" && one.parent?.name !== "members",
    async (scim, one) => {
      const text = scim.unique("readonly");
      const answer = await make(scim, one, bodyWith(one, sample(one.attribute, text), scim));
      if (answered(answer, 201) && answer.text.includes(text)) return "was written";
      const patch = await scim.patch(`${one.endpoint}/${answer.body.id}`, {
        op: "replace",
        path: one.path,
        value: text,
      });
      return expected(outcome(patch), "400 mutability");
    },
  ),
  forAll(
    "a writeOnly attribute, and one that is never returned, is not returned",
    (one) => one.attribute.returned === "never",
    async (scim, one) => {
      const text = scim.unique("never");
      const made = await make(scim, one, bodyWith(one, text, scim));
      const answers = [
        made,
        await scim.get(`${one.endpoint}/${made.body.id}`, { attributes: one.path }),
        await scim.get(one.endpoint, { attributes: one.path }),
      ];
      const filtered = await scim.get(one.endpoint, { filter: `${one.path} eq "${text}"` });
      return answers.some((answer) => answer.text.includes(text))
        ? "was returned"
        : expected(outcome(filtered), "400 invalidFilter");
    },
  ),
  forAll(
    "a required attribute is required",
    (one) => one.attribute.required && !one.parent,
    async (scim, one) => {
      const { [one.attribute.name]: _left, ...body } = bodyWith(one, "x", scim);
      return expected(outcome(await make(scim, one, body)), "400 invalidValue");
    },
  ),
  forAll(
    "a unique attribute is unique; letter case matters if caseExact is true",
    (one) => one.attribute.uniqueness === "server",
    async (scim, one) => {
      const text = scim.unique("Unique");
      answered(await make(scim, one, bodyWith(one, text, scim)), 201);
      const same = await make(scim, one, bodyWith(one, text, scim));
      const shouting = await make(scim, one, bodyWith(one, text.toUpperCase(), scim));
      return expected(
        `${outcome(same)}, ${outcome(shouting)}`,
        `409 uniqueness, ${one.attribute.caseExact ? "201" : "409 uniqueness"}`,
      );
    },
  ),
  forAll(
    "an attribute that is not unique may repeat",
    (one) => isWritable(one) && one.attribute.uniqueness !== "server",
    async (scim, one) => {
      const value = sample(one.attribute, scim.unique("Same"));
      const answers = [
        await make(scim, one, bodyWith(one, value, scim)),
        await make(scim, one, bodyWith(one, value, scim)),
      ];
      return expected(answers.map(outcome).join(", "), "201, 201");
    },
  ),
  forAll(
    "letter case matters in a filter if caseExact is true",
    (one) => isWritable(one) && one.attribute.type === "string",
    async (scim, one) => {
      const text = scim.unique("Case");
      const { id } = answered(await make(scim, one, bodyWith(one, text, scim)), 201);
      const find = async (value: string) =>
        idsOf(
          await scim.get(one.endpoint, {
            filter: `${one.path} eq "${value}"`,
            excludedAttributes: "members",
          }),
        ).join();
      return expected(
        `${await find(text)} ${await find(text.toUpperCase())}`,
        `${id} ${one.attribute.caseExact ? "" : id}`,
      );
    },
  ),
  forAll(
    "a value of another type is refused",
    (one) => isWritable(one) && one.attribute.type !== "complex",
    async (scim, one) => {
      const wrong =
        one.attribute.type === "string" || one.attribute.type === "reference"
          ? { not: "text" }
          : "no such value!";
      return expected(outcome(await make(scim, one, bodyWith(one, wrong, scim))), "400 invalidValue");
    },
  ),
  forAll(
    "values other than the canonical ones are accepted",
    (one) => isWritable(one) && one.attribute.canonicalValues !== undefined,
    async (scim, one) => {
      const made = answered(await make(scim, one, bodyWith(one, "another word", scim)), 201);
      return valueIn(one, made) === "another word" ? undefined : "was not kept";
    },
  ),
];
