import fc from "fast-check";
import type { JsonObject, JsonValue } from "../../../src/core/entity.ts";
import { fold } from "../../../src/core/text/fold.ts";
import { isStorableText } from "../../../src/core/text/storable-text.ts";
import type { CompareOperator, FilterNode } from "../../../src/filter/ast.ts";
import type { AttributeTable } from "../../../src/filter/attribute-table.ts";
import { filterTable } from "../../../src/scim/filter.ts";
import { isObject } from "../../../src/scim/json.ts";
import type { AttributeSpec, ResourceSchema } from "../../../src/scim/schema/attributes.ts";
import { groupResource, userResource } from "../../../src/scim/schema/schemas.ts";

/*
 * Random documents and filters, made from the schema tables: whatever the schema declares is covered without
 * being named here.
 */

const anyText = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 12 }),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 6 }),
    fc.constantFrom("Straße", "İ", "ﷺ", "true", "7"),
  )
  .filter((text) => text !== "" && isStorableText(text));

/** Names have to show. */
const anyName = anyText.filter((text) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(text));

export const isWritable = (spec: AttributeSpec): boolean =>
  spec.mutability === "readWrite" || spec.mutability === "immutable";

function anyOne(spec: AttributeSpec): fc.Arbitrary<JsonValue> {
  switch (spec.type) {
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer();
    case "decimal":
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case "dateTime":
      return fc
        .date({ noInvalidDate: true, min: new Date(0), max: new Date("2100-01-01") })
        .map((date) => date.toISOString());
    case "binary":
      return fc.base64String({ minLength: 4, maxLength: 12 });
    case "complex":
      return anyComplex(spec);
    default:
      return spec.required ? anyName : anyText;
  }
}

function anyComplex(spec: AttributeSpec): fc.Arbitrary<JsonObject> {
  const subs = spec.sub.all.filter((sub) => isWritable(sub) && sub.name !== "primary");
  const labels = new Set(["type", "display"]);
  const parts = Object.fromEntries(subs.map((sub) => [sub.name, anyOne(sub)]));
  return fc
    .record(parts, { requiredKeys: [] })
    .filter((value) =>
      Object.keys(value).some((name) => !spec.multiValued || !labels.has(name)),
    ) as fc.Arbitrary<JsonObject>;
}

const anyValue = (spec: AttributeSpec): fc.Arbitrary<JsonValue> =>
  spec.multiValued
    ? fc.uniqueArray(anyOne(spec), {
        minLength: 1,
        maxLength: 3,
        selector: (element) => whatItIs(spec, element),
      })
    : anyOne(spec);

/** One of a type and value is kept of several. */
function whatItIs(spec: AttributeSpec, element: JsonValue): string {
  if (!isObject(element) || element.value === undefined || spec.sub.get("type") === undefined)
    return JSON.stringify(element);
  return fold(JSON.stringify([element.value, element.type ?? null]));
}

/** A document as it is stored, `schemas` apart. */
export function anyDocument(schema: ResourceSchema): fc.Arbitrary<JsonObject> {
  const of = (specs: readonly AttributeSpec[], requiredKeys: string[]) =>
    fc.record(Object.fromEntries(specs.map((spec) => [spec.name, anyValue(spec)])), { requiredKeys });
  const own = schema.attributes.all.filter(
    (spec) => isWritable(spec) && spec.name !== "members" && spec.name !== "schemas",
  );
  const extensions = schema.extensions.map(
    (extension) =>
      [
        extension.id,
        of(extension.attributes.all.filter(isWritable), []).filter((value) => Object.keys(value).length > 0),
      ] as const,
  );
  return fc
    .tuple(
      of(
        own,
        own.filter((spec) => spec.required).map((spec) => spec.name),
      ),
      fc.record(Object.fromEntries(extensions), { requiredKeys: [] }),
    )
    .map(([core, more]) => ({ ...core, ...more }) as JsonObject);
}

const EQUALITY: readonly CompareOperator[] = ["eq", "ne"];
const ORDER: readonly CompareOperator[] = [...EQUALITY, "gt", "ge", "lt", "le"];
const TEXT: readonly CompareOperator[] = [...ORDER, "co", "sw", "ew"];

function anyLeaf(spec: AttributeSpec): fc.Arbitrary<FilterNode> {
  const present = fc.constant<FilterNode>({ op: "present", attribute: spec.query });
  if (spec.type === "complex") return present;
  const operators =
    spec.type === "boolean" || spec.type === "binary"
      ? EQUALITY
      : spec.type === "string" || spec.type === "reference"
        ? TEXT
        : ORDER;
  const compare = fc.tuple(fc.constantFrom(...operators), anyOne(spec)).map(
    ([operator, value]): FilterNode => ({
      op: "compare",
      operator,
      attribute: spec.query,
      value: value as string | number | boolean,
    }),
  );
  return fc.oneof({ weight: 1, arbitrary: present }, { weight: 4, arbitrary: compare });
}

const isFilterable = (spec: AttributeSpec) => spec.mutability !== "writeOnly";

function anyTerm(schema: ResourceSchema): fc.Arbitrary<FilterNode> {
  const specs = [
    ...schema.attributes.all,
    ...schema.extensions.flatMap((extension) => extension.attributes.all),
  ].filter(isFilterable);
  const leaves = specs.flatMap((spec) => [spec, ...spec.sub.all]).map(anyLeaf);
  const paths = specs
    .filter((spec) => spec.multiValued && spec.type === "complex")
    .map((spec) =>
      combined(fc.oneof(...spec.sub.all.map(anyLeaf))).map(
        (node): FilterNode => ({ op: "some", attribute: spec.query, node }),
      ),
    );
  return fc.oneof(
    { weight: 3, arbitrary: fc.oneof(...leaves) },
    { weight: 1, arbitrary: fc.oneof(...paths) },
  );
}

/** Up to three levels of and, or, not over the terms. */
function combined(term: fc.Arbitrary<FilterNode>): fc.Arbitrary<FilterNode> {
  return fc.letrec<{ node: FilterNode }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      term,
      fc.record({
        op: fc.constantFrom("and" as const, "or" as const),
        nodes: fc.array(tie("node"), { minLength: 2, maxLength: 3 }),
      }),
      fc.record({ op: fc.constant("not" as const), node: tie("node") }),
    ),
  })).node;
}

export interface FilterSample {
  readonly filter: FilterNode;
  readonly table: AttributeTable;
  readonly schema: ResourceSchema;
}

const samplesOf = (schema: ResourceSchema): fc.Arbitrary<FilterSample> =>
  combined(anyTerm(schema)).map((filter) => ({ filter, table: filterTable(schema), schema }));

export const anyFilter: fc.Arbitrary<FilterSample> = fc.oneof(
  samplesOf(userResource),
  samplesOf(groupResource),
);
