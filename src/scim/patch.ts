import type { JsonObject, JsonValue } from "../core/entity.ts";
import { unreachable } from "../core/errors.ts";
import type { ResourceSchema } from "./attributes.ts";
import { isUnassigned, operationOf } from "./dialect.ts";
import { InvalidPath, InvalidSyntax, InvalidValue, Mutability, NoTarget, TooMany } from "./errors.ts";
import { type Body, isObject, sameJson } from "./json.ts";
import { patchedAttribute } from "./patch-attribute.ts";
import { type PathTarget, parsePath } from "./path.ts";
import { finished } from "./resource.ts";
import { assign, type JsonElement } from "./resource-values.ts";

/*
 * PATCH of one document (RFC 7644 section 3.5.2), pure and atomic: all operations or none.
 *   readOperations(body)                              → Operation[]
 *   applyPatch(document, operations, schema)          → the new document; the same object when nothing changed
 * Groups go through groupPatch (patch-group.ts) first, which takes the members out.
 *
 *   target                   add                     replace                 remove
 *   single value             set                     set                     unassign
 *   complex                  lay over                lay over                unassign
 *   list                     append what is new      whole list              unassign, or just the values given
 *   list[filter]             lay over the matches    replace the matches     take the matches away
 *   list[filter].sub         set in the matches      set in the matches      unassign in the matches
 * An empty value (null, "", []) in add or replace unassigns, except that adding nothing to a list adds nothing. No match: add and replace
 * make the element if the filter tells its labels (type eq "work"), else noTarget; remove has nothing to do and succeeds, since clients
 * repeat themselves. `active` is never unassigned: that would switch a leaver on again.
 */

export const MAX_OPERATIONS = 1_000;

export interface Operation {
  readonly op: "add" | "replace" | "remove";
  readonly path?: string;
  /** As sent; undefined when there was none. */
  readonly value: unknown;
}

const PATCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:patchop";

/** Rejects with InvalidSyntax, InvalidValue, InvalidPath or TooMany. */
export function readOperations(body: Body): readonly Operation[] {
  const schemas = member(body, "schemas");
  if (Array.isArray(schemas) && schemas.length > 0 && !schemas.some((id) => String(id).toLowerCase() === PATCH_SCHEMA)) {
    throw new InvalidValue("schemas must name the PatchOp message");
  }
  const operations = member(body, "operations");
  if (!Array.isArray(operations) || operations.length === 0) throw new InvalidSyntax("Operations must be a list of at least one operation");
  if (operations.length > MAX_OPERATIONS) throw new TooMany(`more than ${MAX_OPERATIONS} operations`);
  return operations.map(readOperation);
}

function readOperation(operation: unknown): Operation {
  if (!isObject(operation)) throw new InvalidSyntax("an operation must be an object");
  const op = operationOf(member(operation, "op"));
  if (op === undefined) throw new InvalidSyntax("op must be add, replace or remove");
  const path = member(operation, "path");
  const value = member(operation, "value");
  if (value === undefined && op !== "remove") throw new InvalidValue(`${op} needs a value`);
  if (path === undefined || path === null || path === "") return { op, value };
  if (typeof path !== "string") throw new InvalidPath("path must be a string");
  return { op, path, value };
}

function member(object: Body, lowerName: string): unknown {
  const name = Object.keys(object).find((key) => key.toLowerCase() === lowerName);
  return name === undefined ? undefined : object[name];
}

/** Rejects with InvalidPath, InvalidFilter, InvalidValue, NoTarget or Mutability; then `document` is as it was. */
export function applyPatch(document: JsonObject, operations: readonly Operation[], schema: ResourceSchema): JsonObject {
  // Attributes are replaced, never changed in place, so copying one level (and each extension touched) leaves `document` whole.
  const draft: JsonElement = { ...document };
  for (const operation of operations) applyOperation(draft, operation, schema);
  const result = finished(schema, draft);
  return sameJson(document, result) ? document : result;
}

function applyOperation(draft: JsonElement, { op, path, value }: Operation, schema: ResourceSchema): void {
  if (path !== undefined) {
    const target = parsePath(schema, path);
    refuseReadOnly(target);
    applyTo(draft, op, target, value, schema);
    return;
  }
  if (op === "remove") throw new NoTarget("remove needs a path");
  if (!isObject(value)) throw new InvalidValue("an operation without path needs an object as value");
  applyMembers(draft, op, value, schema, "");
}

/** The names of a path-less value, or of the object given for a whole schema. Unknown and read-only ones are passed over, as in POST. */
function applyMembers(draft: JsonElement, op: "add" | "replace", value: Body, schema: ResourceSchema, prefix: string): void {
  for (const name of Object.keys(value)) {
    const target = knownTarget(schema, prefix + name);
    if (target !== undefined && !isReadOnly(target)) applyTo(draft, op, target, value[name], schema);
  }
}

function knownTarget(schema: ResourceSchema, name: string): PathTarget | undefined {
  try {
    return parsePath(schema, name);
  } catch (error) {
    if (error instanceof InvalidPath) return undefined;
    throw error;
  }
}

const isReadOnly = (target: PathTarget): boolean =>
  target.kind === "attribute" && (target.sub ?? target.attribute).mutability === "readOnly" && target.attribute.name !== "schemas";

function refuseReadOnly(target: PathTarget): void {
  if (target.kind === "attribute" && isReadOnly(target)) throw new Mutability(`${(target.sub ?? target.attribute).fullName} is read-only`);
}

function applyTo(draft: JsonElement, op: Operation["op"], target: PathTarget, value: unknown, schema: ResourceSchema): void {
  switch (target.kind) {
    case "core":
      if (op === "remove") throw new NoTarget("the core schema cannot be removed");
      applyMembers(draft, op, objectFor(value), schema, "");
      break;
    case "extension":
      if (op === "remove" || isUnassigned(value)) assign(draft, target.extension.id, undefined);
      else applyMembers(draft, op, objectFor(value), schema, `${target.extension.id}:`);
      break;
    case "foreign":
      applyForeign(draft, op, target, value);
      break;
    case "attribute":
      applyAttribute(draft, op, target, value);
      break;
    default:
      unreachable(target);
  }
}

function objectFor(value: unknown): Body {
  if (!isObject(value)) throw new InvalidValue("the value for a schema must be an object");
  return value;
}

function applyAttribute(draft: JsonElement, op: Operation["op"], target: PathTarget & { kind: "attribute" }, value: unknown): void {
  const { attribute, extension } = target;
  // `schemas` follows from what is in the document, and a password is not kept.
  if (attribute.name === "schemas" || attribute.mutability === "writeOnly") return;
  const holder: JsonElement = extension === undefined ? draft : { ...(draft[extension.id] as JsonObject | undefined) };
  const next = patchedAttribute(holder[attribute.name], op, target, value);
  if (next === undefined && attribute.name === "active" && extension === undefined) return;
  if (next === undefined && attribute.required) {
    throw op === "remove" ? new Mutability(`${attribute.name} is required`) : new InvalidValue(`${attribute.name} is required`);
  }
  assign(holder, attribute.name, next);
  if (extension !== undefined) assign(draft, extension.id, Object.keys(holder).length > 0 ? holder : undefined);
}

/** Extensions without a schema hold whatever they are given; only their size is limited (finished). */
function applyForeign(draft: JsonElement, op: Operation["op"], target: PathTarget & { kind: "foreign" }, value: unknown): void {
  const urn = Object.keys(draft).find((name) => name.toLowerCase() === target.urn.toLowerCase()) ?? target.urn;
  const present = draft[urn] as JsonObject | undefined;
  const gone = op === "remove" || isUnassigned(value);
  const next: JsonElement = { ...present };
  if (target.name !== undefined) assign(next, target.name, gone ? undefined : (value as JsonValue));
  else if (!gone) Object.assign(next, objectFor(value));
  const empty = target.name === undefined ? gone : Object.keys(next).length === 0;
  assign(draft, urn, empty ? undefined : next);
}
