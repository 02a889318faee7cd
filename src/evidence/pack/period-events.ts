import { Unavailable } from "../../core/errors.ts";
import type { EventCode, LoggedEvent } from "../../history/event.ts";
import type { EventLog, Period } from "../../history/event-log.ts";
import { filterOf, walk } from "../../history/walk.ts";
import { plainEvent } from "../formats/format.ts";
import { Failures } from "./failures.ts";
import type { Counts } from "./pack-order.ts";
import { Population } from "./population.ts";
import { EVENT_COLUMNS, eventRow } from "./tables.ts";
import type { Workspace } from "./workspace.ts";

const APPROVALS = /^(hold|adoption|operator|grace)\.|^subject\.(held|released)$/;
const ACCESS = /^(token|link|trust|source|session|access|personal|history|evidence|subject)\./;
const CONFIGURATION = /^(server|mapping|policy|mode|database)\./;

/**
 * Writes the events of the period: all of them, and the tables of some kinds. Resolves with the number of
 * events of each code, and with the population and the failures that they make.
 */
export async function writeEvents(space: Workspace, log: EventLog, { from, to }: Period, madeAt: Date) {
  const configuration = space.table("configuration.csv", EVENT_COLUMNS);
  configuration((await inForce(log, from)).map(eventRow));
  const lists = [
    { pattern: APPROVALS, add: space.table("approvals.csv", EVENT_COLUMNS) },
    { pattern: ACCESS, add: space.table("access.csv", EVENT_COLUMNS) },
    { pattern: CONFIGURATION, add: configuration },
  ];
  space.text("events.jsonl", "");
  const population = new Population();
  const failures = new Failures();
  const counts: Partial<Record<EventCode, number>> = {};
  // Events after the period are read too, because they hold the outcomes of its last changes.
  for await (const page of walk(log, { period: { from, to: madeAt } })) {
    const inside = page.filter(({ at }) => at.getTime() < to.getTime());
    space.text(
      "events.jsonl",
      inside.map((event) => `${JSON.stringify(plainWithoutValues(event))}\n`).join(""),
    );
    for (const { pattern, add } of lists) add(inside.filter(({ code }) => pattern.test(code)).map(eventRow));
    for (const event of page) {
      const within = event.at.getTime() < to.getTime();
      if (within) counts[event.code] = (counts[event.code] ?? 0) + 1;
      population.apply(event, within);
      failures.apply(event, within);
    }
  }
  await mustEqual(log, { from, to }, counts);
  return { counts, members: population.members, failures: failures.all };
}

/** An event in plain form. Its changes have names of attributes only. */
export const plainWithoutValues = (event: LoggedEvent) => plainEvent(withoutValues(event));

function withoutValues({ changes, personal: _personal, ...event }: LoggedEvent): LoggedEvent {
  return {
    ...event,
    ...(changes ? { changes: Object.fromEntries(Object.keys(changes).map((name) => [name, {}])) } : {}),
  };
}

/**
 * The last event of each of these codes before the period: the configuration that was in force when the
 * period began.
 */
async function inForce(log: EventLog, from: Date): Promise<readonly LoggedEvent[]> {
  const found: LoggedEvent[] = [];
  for (const code of ["mapping.changed", "policy.changed", "mode.changed", "server.started"] as const) {
    const filter = filterOf({ period: { to: from }, code });
    found.push(...(await log.list({ count: 1, ...(filter ? { filter } : {}) })).events);
  }
  return found;
}

/**
 * Compares the events that were read with a count by the database in a separate statement. The two differ if
 * an event was committed late.
 */
async function mustEqual(log: EventLog, period: Period, counts: Counts): Promise<void> {
  const counted: Partial<Record<EventCode, number>> = {};
  for (const bucket of await log.histogram(period, "day"))
    for (const [code, count] of Object.entries(bucket.counts) as [EventCode, number][])
      counted[code] = (counted[code] ?? 0) + count;
  const codes = [...new Set([...Object.keys(counts), ...Object.keys(counted)])] as EventCode[];
  const different = codes.filter((code) => (counts[code] ?? 0) !== (counted[code] ?? 0));
  if (different.length > 0)
    throw new Unavailable(
      `new events of the period arrived while the pack was made (${different.join(", ")}): order it again`,
    );
}
