import type { JsonObject, JsonValue } from "../../core/entity.ts";
import type { Changes } from "../../history/event.ts";
import type { EntityState } from "../../history/state/entity-state.ts";
import type { Valued } from "../personal-reads.ts";

/*
 * The state of an entity from the history, for answers. With values for callers with that right, otherwise
 * only with names of attributes.
 */

export const resourceOf = (
  { id, kind, document, members }: EntityState,
  maySee: boolean,
): JsonObject | null =>
  document === undefined
    ? null
    : {
        id,
        ...shown(document, maySee),
        ...(kind === "group" ? { members: [...members].sort().map((value) => ({ value })) } : {}),
      };

export const targetOf = ({ target }: EntityState, maySee: boolean): JsonObject | null =>
  target === undefined ? null : { suspended: target.suspended, attributes: shown(target.attributes, maySee) };

const shown = (attributes: JsonObject, maySee: boolean): JsonObject =>
  maySee ? attributes : Object.fromEntries(Object.keys(attributes).map((name) => [name, null]));

/** The values in a state that belong to a person. */
export const valuesIn = ({ kind, id, document, target }: EntityState): Valued => ({
  of: { kind, id },
  changes: { ...asChanges(document), ...asChanges(target?.attributes) },
});

const asChanges = (attributes: JsonObject = {}): Changes =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, after]): [string, { readonly after: JsonValue }] => [
      name,
      { after },
    ]),
  );
