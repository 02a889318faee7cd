import type { JsonObject } from "../../core/entity.ts";
import type { CallCounts } from "../dingtalk/simulator.ts";
import { object, objects, text } from "../server/directory.ts";
import type { Acknowledged } from "./play-cycle.ts";

/** Whether every DingTalk call and every acknowledged write can be found again in the history. */
export interface Account {
  /** Calls the sandbox DingTalk got. Undefined when it may have been started anew in between, because then it has forgotten. */
  readonly arrived: CallCounts | undefined;
  /** Calls the server counted when it let them go. */
  readonly sent: CallCounts;
  /** Calls that outcome events of the history name. */
  readonly recorded: CallCounts;
  /** Events by code. */
  readonly events: ReadonlyMap<string, number>;
  /** What does not add up, in words. */
  readonly gaps: readonly string[];
}

export interface AccountInput {
  readonly arrived: CallCounts | undefined;
  readonly sent: CallCounts;
  readonly events: readonly JsonObject[];
  readonly acknowledged: readonly Acknowledged[];
}

/** Writes that may change nothing, and then leave no event. */
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
    if (code === "target.outcome" && Array.isArray(causes)) for (const cause of causes) intents.delete(text(cause));
  }
  const gaps = [
    ...(arrived ? unequal("the sandbox DingTalk got", arrived, sent) : []),
    // After a start in between, calls may have left whose outcome nobody lived to record.
    ...(arrived ? unequal("the history names", onlyWrites(recorded), onlyWrites(sent)) : []),
    ...(arrived && intents.size > 0 ? [`${intents.size} intents have no outcome`] : []),
    ...unexplained
      .slice(0, LISTED)
      .map(({ method, path, requestId }) => `${method} ${path} was acknowledged and has not one event (request ${requestId})`),
  ];
  return { arrived, sent, recorded, events: count(events.map(({ code }) => text(code))), gaps };
}

/** Every outcome names its calls. */
function recordedCalls(events: readonly JsonObject[]): CallCounts {
  const outcomes = events.filter(({ code }) => code === "target.outcome");
  return count(outcomes.flatMap(({ detail }) => objects(object(detail).calls).map(({ api }) => text(api))));
}

/** Every write to DingTalk has an intent and an outcome; looks and tokens are needed by many or by nobody in particular. */
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

/** What came on top between two readings; undefined when the second is of a counter that began anew. */
export function callsBetween(before: CallCounts, after: CallCounts): CallCounts | undefined {
  if ([...before].some(([api, calls]) => (after.get(api) ?? 0) < calls)) return undefined;
  return new Map([...after].map(([api, calls]) => [api, calls - (before.get(api) ?? 0)] as const).filter(([, calls]) => calls > 0));
}

export const total = (counts: CallCounts): number => [...counts.values()].reduce((sum, each) => sum + each, 0);
