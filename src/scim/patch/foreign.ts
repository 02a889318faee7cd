import type { JsonObject } from "../../core/entity.ts";
import { isUnassigned } from "../dialect-values.ts";
import { foreignNameIn, foreignValue, mergeForeign } from "../resource/foreign.ts";
import { assign, type JsonElement } from "../resource/values.ts";
import { membersOf, type Operation } from "./operation.ts";
import type { PathTarget } from "./path.ts";

/** Extensions without a schema accept every value. Only their size is limited (finalizeDocument). */
export function applyForeign(
  document: JsonElement,
  op: Operation["op"],
  target: PathTarget & { kind: "foreign" },
  value: unknown,
): void {
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
 * `urn:okta:app:1.0:user:custom` may be an extension, or the attribute `custom` of one. What the document has
 * decides; the form of the name (path.ts) does only where it has neither.
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

const hasForeign = (document: JsonObject, urn: string): boolean =>
  Object.hasOwn(document, foreignNameIn(document, urn));
