import type { JsonObject } from "../../core/entity.ts";
import type { CallCounts } from "../dingtalk/simulator.ts";
import { object, objects, text } from "../server/directory.ts";
import type { Acknowledged } from "./cycle.ts";

/** A comparison of DingTalk calls and acknowledged writes with the history. */
export interface Account {
  /**
   * Calls that the sandbox DingTalk received. Undefined if it may have been restarted in the meantime,
   * because a restart clears its counts.
   */
  readonly arrived: CallCounts | undefined;
  /** Calls that the server counted when it sent them. */
  readonly sent: CallCounts;
  /** Calls in the outcome events of the history. */
  readonly recorded: CallCounts;
  /** Number of events by code. */
  readonly events: ReadonlyMap<string, number>;
  /** Discrepancies between these counts, in words. */
  readonly gaps: readonly string[];
}

export interface AccountInput {
  readonly arrived: CallCounts | undefined;
  readonly sent: CallCounts;
  readonly events: readonly JsonObject[];
  readonly acknowledged: readonly Acknowledged[];
}

/** Methods of writes that may change nothing and then have no event. */
const MAY_CHANGE_NOTHING: ReadonlySet<string> = new Set(["PATCH"]);
const LISTED = 5;

export function account({ arrived, sent, events, acknowledged }: AccountInput): Account {
  const recorded = recordedCalls(events);
  const writes = events.filter(({ code }) => /^(user|group)\./.test(text(code)));
  const perRequest = count(writes.map(({ requestId }) => text(requestId)));
  const unexplained = acknowledged.filter(({ requestId, method }) => {
    const found = perRequest.get(requestId) ?? 0;
    return found > 1 || (found === 0 && !MAY_CHANGE_NOTHING.has(method));
  });
  const intents = new Set(events.filter(({ code }) => code === "target.intent").map(({ id }) => text(id)));
  for (const { code, causes } of events) {
    if (code === "target.outcome" && Array.isArray(causes))
      for (const cause of causes) intents.delete(text(cause));
  }
  const gaps = [
    ...(arrived ? unequal("the sandbox DingTalk received", arrived, sent) : []),
    // Not after a restart: the process may have been stopped between a call and the record of its outcome.
    ...(arrived ? unequal("the history contains", onlyWrites(recorded), onlyWrites(sent)) : []),
    ...(arrived && intents.size > 0 ? [`${intents.size} intents have no outcome`] : []),
    ...unexplained
      .slice(0, LISTED)
      .map(
        ({ method, path, requestId }) =>
          `${method} ${path} was acknowledged, and the history does not have exactly one event for it (request ${requestId})`,
      ),
  ];
  return { arrived, sent, recorded, events: count(events.map(({ code }) => text(code))), gaps };
}

/** Calls by API. Every outcome event lists its calls. */
function recordedCalls(events: readonly JsonObject[]): CallCounts {
  const outcomes = events.filter(({ code }) => code === "target.outcome");
  return count(outcomes.flatMap(({ detail }) => objects(object(detail).calls).map(({ api }) => text(api))));
}

/**
 * Only writes have an intent and an outcome of one entity. Reads and token calls may serve several entities
 * or none.
 */
const onlyWrites = (counts: CallCounts): CallCounts => new Map([...counts].filter(([api]) => isWrite(api)));

/** Whether a call changes the organisation, by the path of its API. */
export const isWrite = (api: string): boolean => /\/(create|update|delete)$/.test(api);

function unequal(who: string, counts: CallCounts, sent: CallCounts): readonly string[] {
  return [...new Set([...counts.keys(), ...sent.keys()])]
    .filter((api) => (counts.get(api) ?? 0) !== (sent.get(api) ?? 0))
    .map((api) => `${who} ${counts.get(api) ?? 0} calls of ${api}, the server counts ${sent.get(api) ?? 0}`);
}

function count(values: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** The calls between two readings of a counter. Undefined if the counter was reset between them. */
export function callsBetween(before: CallCounts, after: CallCounts): CallCounts | undefined {
  if ([...before].some(([api, calls]) => (after.get(api) ?? 0) < calls)) return undefined;
  return new Map(
    [...after]
      .map(([api, calls]) => [api, calls - (before.get(api) ?? 0)] as const)
      .filter(([, calls]) => calls > 0),
  );
}

export const total = (counts: CallCounts): number =>
  [...counts.values()].reduce((sum, each) => sum + each, 0);
