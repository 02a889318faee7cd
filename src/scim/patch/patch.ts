import type { JsonObject } from "../../core/entity.ts";
import { unreachable } from "../../core/errors.ts";
import { sameJson } from "../../core/json/same-json.ts";
import { quotedName } from "../../core/text/quoted-name.ts";
import { isEmpty, isUnassigned } from "../dialect-values.ts";
import { InvalidSyntax, InvalidValue, Mutability, NoTarget, TooMany } from "../errors.ts";
import type { Body } from "../json.ts";
import { finalizeDocument } from "../resource/finalize.ts";
import { refuseTooMuchForeign } from "../resource/foreign.ts";
import { assign, type JsonElement, nothingUnderstood } from "../resource/values.ts";
import type { ResourceSchema } from "../schema/attributes.ts";
import { patchedAttribute } from "./attribute.ts";
import { comparisonsFor, MAX_COMPARISONS } from "./comparisons.ts";
import { applyForeign } from "./foreign.ts";
import { membersOf, type Operation } from "./operation.ts";
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
 * An empty value (null, "", []) in add or replace unassigns; an empty add to a list changes nothing. Without
 * a match, add and replace create the element if the filter has its labels (type eq "work"), otherwise
 * noTarget. A remove without a match succeeds, because clients repeat requests. `active` is never unassigned:
 * that would activate a leaver again.
 */

/**
 * Rejects with InvalidPath, InvalidFilter, InvalidValue, NoTarget or Mutability; then `document` is
 * unchanged.
 */
export function applyPatch(
  document: JsonObject,
  operations: readonly Operation[],
  schema: ResourceSchema,
): JsonObject {
  // Attributes are replaced and not changed in place. So a copy of one level (and of each changed extension)
  // leaves `document` unchanged.
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
 * Applies the names of a value without path, or of the object for a whole schema. Read-only names, and
 * unknown names besides known ones, are ignored, as in POST. An object with only unknown names is refused.
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
  target.kind === "attribute" &&
  (target.sub ?? target.attribute).mutability === "readOnly" &&
  target.attribute.name !== "schemas";

function refuseReadOnly(target: PathTarget): void {
  if (target.kind === "attribute" && isReadOnly(target))
    throw new Mutability(`${(target.sub ?? target.attribute).fullName} is read-only`);
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

function applyAttribute(
  draft: Draft,
  op: Operation["op"],
  target: PathTarget & { kind: "attribute" },
  value: unknown,
): void {
  const { attribute, extension } = target;
  const { document } = draft;
  // `schemas` is derived from the document, and passwords are not stored.
  if (attribute.name === "schemas" || attribute.mutability === "writeOnly") return;
  const holder: JsonElement =
    extension === undefined ? document : { ...(document[extension.id] as JsonObject | undefined) };
  const present = holder[attribute.name];
  draft.comparisons += comparisonsFor(present, target, value);
  if (draft.comparisons > MAX_COMPARISONS) throw new TooMany("the operations compare too many values");
  const next = patchedAttribute(present, op, target, value);
  if (next === undefined && attribute.name === "active" && extension === undefined) return;
  if (next === undefined && attribute.required) {
    throw op === "remove"
      ? new Mutability(`${attribute.name} is required`)
      : new InvalidValue(`${attribute.name} is required`);
  }
  assign(holder, attribute.name, next);
  if (extension !== undefined)
    assign(document, extension.id, Object.keys(holder).length > 0 ? holder : undefined);
}
