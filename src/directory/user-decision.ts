import type { JsonObject } from "../core/entity.ts";
import { differences } from "../history/differences.ts";
import type { Changes } from "../history/event.ts";
import type { StoredUser, UserContent } from "./user.ts";

/** New content of a person, decided from the current document. */
export interface Decision {
  readonly before: JsonObject;
  readonly content: UserContent;
  readonly changes: Changes;
}

/** Undefined when nothing would change. */
export function decisionOf(
  user: StoredUser,
  decide: (current: JsonObject) => UserContent,
): Decision | undefined {
  const before = JSON.parse(user.document) as JsonObject;
  const content = decide(before);
  const changes = differences(before, content.document);
  return Object.keys(changes).length === 0 ? undefined : { before, content, changes };
}

/** For a decision on possibly stale data: a refusal is not final. */
export function quietly<T>(decide: () => T | undefined): T | undefined {
  try {
    return decide();
  } catch {
    return undefined;
  }
}
