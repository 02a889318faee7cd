import type { JsonObject, JsonValue } from "../../core/entity.ts";
import { unreachable } from "../../core/errors.ts";
import { sameJson } from "../../core/json/same-json.ts";
import { quotedName } from "../../core/text/quoted-name.ts";
import type { FilterNode } from "../../filter/ast.ts";
import { isEmpty, isUnassigned, operationOf, soleValueOf, structureOf } from "../dialect.ts";
import { InvalidPath, InvalidSyntax, InvalidValue, Mutability, NoTarget, TooMany } from "../errors.ts";
import { type Body, isObject, memberOf } from "../json.ts";
import { foreignNameIn, foreignValue, mergeForeign, refuseTooMuchForeign } from "../resource/foreign.ts";
import { finalizeDocument } from "../resource/resource.ts";
import { assign, type JsonElement, nothingUnderstood } from "../resource/values.ts";
import type { ResourceSchema } from "../schema/attributes.ts";
import { checkMessage } from "../schema/claimed-schemas.ts";
import { patchedAttribute } from "./attribute.ts";
import type { Operation } from "./operation.ts";
import { findPath, type PathTarget, parsePath } from "./path.ts";

/*
 * PATCH of one document (RFC 7644 section 3.5.2). Pure and atomic: all operations are applied, or none.
 *   readOperations(body)                              → Operation[]
 *   applyPatch(document, operations, schema)          → the new document; the same object if nothing changed
 * For groups, groupPatch (group.ts) first takes out the operations on members.
 *
 *   target                   add                     replace                 remove
 *   single value             set                     set                     unassign
 *   complex                  merge                   merge                   unassign
 *   list                     append new elements     replace the list        unassign, or remove the given values
 *   list[filter]             merge into matches      replace matches         remove matches
 *   list[filter].sub         set in matches          set in matches          unassign in matches
 * An empty value (null, "", []) in add or replace unassigns; an empty add to a list changes nothing. Without a match, add and replace create
 * the element if the filter has its labels (type eq "work"), otherwise noTarget. A remove without a match succeeds, because clients repeat
 * requests. `active` is never unassigned: that would activate a leaver again.
 */

export const MAX_OPERATIONS = 1_000;
/** Maximum number of comparisons: a request with many operations on long lists takes at most about 0.1 s. Without a limit, 1 MB of them took 30 s. */
const MAX_COMPARISONS = 500_000;

/** Rejects with InvalidSyntax, InvalidValue, InvalidPath or TooMany. */
export function readOperations(body: Body): readonly Operation[] {
  refuseTwoSpellings(body, "the body");
  checkMessage(body, "PatchOp");
  const operations = memberOf(body, "operations");
  // Microsoft's validator sends an empty list and expects no change.
  if (!Array.isArray(operations)) throw new InvalidSyntax("Operations must be a list");
  if (operations.length > MAX_OPERATIONS) throw new TooMany(`more than ${MAX_OPERATIONS} operations`);
  return operations.map((operation, index) => readOperation(operation, `operation ${index + 1}`));
}

function readOperation(operation: unknown, which: string): Operation {
  if (!isObject(operation)) throw new InvalidSyntax(`${which} must be an object`);
  refuseTwoSpellings(operation, which);
  const op = operationOf(memberOf(operation, "op"));
  if (op === undefined) throw new InvalidSyntax(`${which}: op must be add, replace or remove`);
  const path = memberOf(operation, "path");
  const value = memberOf(operation, "value");
  if (value === undefined && op !== "remove") throw new InvalidValue(`${which}: ${op} needs a value`);
  if (path === undefined || path === null || path === "") return { op, value };
  if (typeof path !== "string") throw new InvalidPath(`${which}: path must be a string`);
  return { op, path, value };
}

/** Names are compared in any letter case: of `Value` and `value` nobody knows which one is meant. */
function refuseTwoSpellings(object: Body, which: string): void {
  const names = Object.keys(object);
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length)
    throw new InvalidSyntax(`${which} has a name twice, in two spellings`);
}

/** Rejects with InvalidPath, InvalidFilter, InvalidValue, NoTarget or Mutability; then `document` is unchanged. */
export function applyPatch(document: JsonObject, operations: readonly Operation[], schema: ResourceSchema): JsonObject {
  // Attributes are replaced and not changed in place. So a copy of one level (and of each changed extension) leaves `document` unchanged.
  const draft: Draft = { document: { ...document }, schema, comparisons: 0 };
  for (const operation of operations) applyOperation(draft, operation);
  const result = finalizeDocument(schema, draft.document, document);
  return sameJson(document, result) ? document : result;
}

interface Draft {
  readonly document: JsonElement;
  readonly schema: ResourceSchema;
  /** Number of comparisons of list elements so far. */
  comparisons: number;
}

function applyOperation(draft: Draft, { op, path, value }: Operation): void {
  if (path !== undefined) {
    const target = parsePath(draft.schema, path);
    refuseReadOnly(target);
    applyTo(draft, op, target, value);
    return;
  }
  if (op === "remove") throw new NoTarget("remove needs a path");
  applyMembers(draft, op, membersOf(value, "value"), "");
}

/**
 * Applies the names of a value without path, or of the object for a whole schema. Read-only names, and unknown names besides known ones, are ignored,
 * as in POST. An object with only unknown names is refused.
 */
function applyMembers(draft: Draft, op: "add" | "replace", value: Body, prefix: string): void {
  const seen = new Set<string>();
  let lost = false;
  for (const name of Object.keys(value)) {
    const target = findPath(draft.schema, prefix + name);
    if (target === undefined) {
      lost ||= !isEmpty(value[name]);
      continue;
    }
    const lower = name.toLowerCase();
    if (seen.has(lower)) throw new InvalidSyntax(`a name is given twice in one value${quotedName(name)}`);
    seen.add(lower);
    if (!isReadOnly(target)) applyTo(draft, op, target, value[name]);
  }
  if (lost && seen.size === 0) throw nothingUnderstood(prefix === "" ? "value" : prefix.slice(0, -1));
}

const isReadOnly = (target: PathTarget): boolean =>
  target.kind === "attribute" && (target.sub ?? target.attribute).mutability === "readOnly" && target.attribute.name !== "schemas";

function refuseReadOnly(target: PathTarget): void {
  if (target.kind === "attribute" && isReadOnly(target)) throw new Mutability(`${(target.sub ?? target.attribute).fullName} is read-only`);
}

function applyTo(draft: Draft, op: Operation["op"], target: PathTarget, value: unknown): void {
  switch (target.kind) {
    case "core":
      if (op === "remove") throw new NoTarget("the core schema cannot be removed");
      applyMembers(draft, op, membersOf(value, draft.schema.id), "");
      break;
    case "extension":
      if (op === "remove" || isUnassigned(value)) assign(draft.document, target.extension.id, undefined);
      else applyMembers(draft, op, membersOf(value, target.extension.id), `${target.extension.id}:`);
      break;
    case "foreign":
      applyForeign(draft.document, op, target, value);
      refuseTooMuchForeign(draft.schema, draft.document);
      break;
    case "attribute":
      applyAttribute(draft, op, target, value);
      break;
    default:
      unreachable(target);
  }
}

/** The members of a value for the resource or a schema: an object, a list with one object (value-in-list), or text (json-as-text). */
export function membersOf(value: unknown, name: string): Body {
  const members = structureOf(soleValueOf(structureOf(value, name)), name);
  if (!isObject(members)) throw new InvalidValue(`${name} must be an object`);
  return members;
}

function applyAttribute(draft: Draft, op: Operation["op"], target: PathTarget & { kind: "attribute" }, value: unknown): void {
  const { attribute, extension } = target;
  const { document } = draft;
  // `schemas` is derived from the document, and passwords are not stored.
  if (attribute.name === "schemas" || attribute.mutability === "writeOnly") return;
  const holder: JsonElement = extension === undefined ? document : { ...(document[extension.id] as JsonObject | undefined) };
  const present = holder[attribute.name];
  draft.comparisons += comparisonsFor(present, target, value);
  if (draft.comparisons > MAX_COMPARISONS) throw new TooMany("the operations compare too many values");
  const next = patchedAttribute(present, op, target, value);
  if (next === undefined && attribute.name === "active" && extension === undefined) return;
  if (next === undefined && attribute.required) {
    throw op === "remove" ? new Mutability(`${attribute.name} is required`) : new InvalidValue(`${attribute.name} is required`);
  }
  assign(holder, attribute.name, next);
  if (extension !== undefined) assign(document, extension.id, Object.keys(holder).length > 0 ? holder : undefined);
}

function comparisonsFor(present: JsonValue | undefined, target: PathTarget & { kind: "attribute" }, value: unknown): number {
  const elements = Array.isArray(present) ? present.length : 0;
  if (target.filter !== undefined) return elements * leavesOf(target.filter);
  return elements * (Array.isArray(value) ? value.length : 1);
}

function leavesOf(filter: FilterNode): number {
  if (filter.op === "and" || filter.op === "or") return filter.nodes.reduce((sum, node) => sum + leavesOf(node), 0);
  return filter.op === "not" || filter.op === "some" ? leavesOf(filter.node) : 1;
}

/** Extensions without a schema accept every value. Only their size is limited (finalizeDocument). */
function applyForeign(document: JsonElement, op: Operation["op"], target: PathTarget & { kind: "foreign" }, value: unknown): void {
  const { urn, name } = foreignPlace(document, target);
  const present = document[urn] as JsonObject | undefined;
  const gone = op === "remove" || isUnassigned(value);
  const next: JsonElement = { ...present };
  if (name !== undefined) assign(next, foreignNameIn(next, name), gone ? undefined : foreignValue(value));
  else if (!gone) mergeForeign(next, membersOf(value, urn));
  const empty = name === undefined ? gone : Object.keys(next).length === 0;
  assign(document, urn, empty ? undefined : next);
}

/**
 * `urn:okta:app:1.0:user:custom` may be an extension, or the attribute `custom` of one. What the document has decides; the form of the name (path.ts) does only
 * where it has neither.
 */
function foreignPlace(
  document: JsonObject,
  { urn, name }: PathTarget & { kind: "foreign" },
): { readonly urn: string; readonly name?: string } {
  const whole = name === undefined ? urn : `${urn}:${name}`;
  const colon = whole.lastIndexOf(":");
  const [above, local] = [whole.slice(0, colon), whole.slice(colon + 1)];
  if (hasForeign(document, whole)) return { urn: foreignNameIn(document, whole) };
  if (hasForeign(document, above)) return { urn: foreignNameIn(document, above), name: local };
  return name === undefined ? { urn } : { urn, name };
}

const hasForeign = (document: JsonObject, urn: string): boolean => Object.hasOwn(document, foreignNameIn(document, urn));
