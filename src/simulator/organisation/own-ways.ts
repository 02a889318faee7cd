import { type Fields, text } from "../wire/fields.ts";
import { refuse } from "../wire/refusal.ts";
import type { Organisation } from "./model.ts";
import type { Act } from "./organisation.ts";
import type { OwnWay } from "./switches.ts";

/**
 * The fields of a call after the switch `ownWays`: DingTalk refuses the value of a field, ignores it, or
 * replaces it. The switch has no effect on calls of administrators.
 */
export function withOwnWays(organisation: Organisation, on: OwnWay["on"], fields: Fields, act: Act): Fields {
  if (act.by === "administrator") return fields;
  const taken: Record<string, unknown> = { ...fields };
  for (const way of organisation.switches.ownWays) {
    if (way.on !== on || !concerns(way, fields)) continue;
    if (way.refuses !== undefined) throw refuse(way.refuses, ` ${way.field}`);
    if (way.makes === undefined) delete taken[way.field];
    else taken[way.field] = way.makes;
  }
  return taken;
}

function concerns({ field, value }: OwnWay, fields: Fields): boolean {
  if (fields[field] === undefined) return false;
  return value === undefined || (typeof fields[field] !== "object" && text(fields, field) === value);
}
