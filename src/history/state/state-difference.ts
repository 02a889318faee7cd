import type { EntityKind, JsonObject, JsonValue } from "../../core/entity.ts";
import { sameJson } from "../../core/json/same-json.ts";
import type { Changes } from "../event.ts";
import type { EntityState } from "./entity-state.ts";
import type { Snapshot } from "./state.ts";

/* What differs between two states of the organisation (state.ts). Pure. */

export interface SideDifference {
  readonly joined: readonly string[];
  readonly left: readonly string[];
  readonly changed: readonly { readonly id: string; readonly changes: Changes; readonly target: Changes }[];
}

/**
 * The difference between two snapshots, for entities of these kinds. `isThere` decides which entities count
 * as present.
 */
export function difference(
  from: Snapshot,
  to: Snapshot,
  kinds: readonly EntityKind[],
  isThere: (entity: EntityState) => boolean,
): SideDifference {
  const joined: string[] = [];
  const left: string[] = [];
  const changes: SideDifference["changed"][number][] = [];
  for (const after of to.values()) {
    if (!kinds.includes(after.kind)) continue;
    const before = from.get(after.id);
    const [was, is] = [before !== undefined && isThere(before), isThere(after)];
    if (is && !was) joined.push(after.id);
    else if (was && !is) left.push(after.id);
    else if (is && before && before !== after) {
      const own = { ...between(before.document, after.document), ...membersBetween(before, after) };
      const target = between(targetOf(before), targetOf(after));
      if (Object.keys(own).length + Object.keys(target).length > 0)
        changes.push({ id: after.id, changes: own, target });
    }
  }
  return { joined, left, changed: changes };
}

const targetOf = ({ target }: EntityState): JsonObject | undefined =>
  target && { ...target.attributes, suspended: target.suspended };

function between(before: JsonObject = {}, after: JsonObject = {}): Changes {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => !sameJson(before[name], after[name]),
  );
  return Object.fromEntries(
    names.map((name) => [name, { ...side("before", before[name]), ...side("after", after[name]) }]),
  );
}

function membersBetween(before: EntityState, after: EntityState): Changes {
  const gone = [...before.members].filter((id) => !after.members.has(id));
  const come = [...after.members].filter((id) => !before.members.has(id));
  if (gone.length + come.length === 0) return {};
  return {
    members: { ...(gone.length > 0 ? { before: gone } : {}), ...(come.length > 0 ? { after: come } : {}) },
  };
}

const side = (name: "before" | "after", value: JsonValue | undefined) =>
  value === undefined ? {} : { [name]: value };
