import type { JsonObject, JsonValue } from "../../core/entity.ts";
import type { Changes } from "../../history/event.ts";
import type { EntityState } from "../../history/state.ts";
import type { Valued } from "../personal-reads.ts";

/* What the history says an entity was, as answers show it: with values for those who may see them, else with the names of attributes alone. */

export const resourceOf = ({ id, kind, document, members }: EntityState, maySee: boolean): JsonObject | null =>
  document === undefined
    ? null
    : { id, ...shown(document, maySee), ...(kind === "group" ? { members: [...members].sort().map((value) => ({ value })) } : {}) };

export const targetOf = ({ target }: EntityState, maySee: boolean): JsonObject | null =>
  target === undefined ? null : { suspended: target.suspended, attributes: shown(target.attributes, maySee) };

const shown = (attributes: JsonObject, maySee: boolean): JsonObject =>
  maySee ? attributes : Object.fromEntries(Object.keys(attributes).map((name) => [name, null]));

/** What of it is somebody's. */
export const valuesIn = ({ kind, id, document, target }: EntityState): Valued => ({
  of: { kind, id },
  changes: { ...asChanges(document), ...asChanges(target?.attributes) },
});

const asChanges = (attributes: JsonObject = {}): Changes =>
  Object.fromEntries(Object.entries(attributes).map(([name, after]): [string, { readonly after: JsonValue }] => [name, { after }]));
