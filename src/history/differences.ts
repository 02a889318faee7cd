import type { JsonObject, JsonValue } from "../core/entity.ts";
import { sameJson } from "../core/json/same-json.ts";
import type { Changes } from "./event.ts";

/** The top-level attributes that differ between two documents, each with its old and its new value. */
export function differences(before: JsonObject, after: JsonObject): Changes {
  const changes: Record<string, { before?: JsonValue; after?: JsonValue }> = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[name], after[name]];
    if (sameJson(old, now)) continue;
    changes[name] = {
      ...(old === undefined ? {} : { before: old }),
      ...(now === undefined ? {} : { after: now }),
    };
  }
  return changes;
}
