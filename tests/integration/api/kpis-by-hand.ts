/*
 * The figures of docs/kpis.md from the whole history, event by event, without a look at the table and without
 * code of the product.
 */

export interface Event {
  readonly id: string;
  readonly at: Date;
  readonly code: string;
  readonly actor: string;
  readonly causes: readonly string[];
  readonly subject: string | null;
  readonly outcome: string | null;
  /** JSON. */
  readonly detail: string | null;
}

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
const ACTS = /^(hold\.(approved|rejected)|adoption\.(linked|rejected|unlinked))$/;

const monday = (at: Date): number => {
  const day = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()));
  return day.getTime() - ((day.getUTCDay() + 6) % 7) * 24 * HOUR_MS;
};

export function weeksFromHistory(
  history: readonly Event[],
  now: Date,
  { leaverMinutes, weeks }: { leaverMinutes: number; weeks: number },
) {
  const last = monday(now);
  return Array.from({ length: weeks }, (_each, at) => {
    const from = last - (weeks - 1 - at) * WEEK_MS;
    const isIn = (at: number): boolean => at >= from && at < from + WEEK_MS;
    return weekFrom(new Date(from), history, isIn, { leaverMinutes, now });
  });
}

interface Bounds {
  readonly leaverMinutes: number;
  readonly now: Date;
}

function weekFrom(from: Date, history: readonly Event[], isIn: (ms: number) => boolean, bounds: Bounds) {
  const here = history.filter(({ at }) => isIn(at.getTime()));
  const measured = here
    .filter(({ code }) => code === "kpis.measured")
    .map(
      ({ detail }) =>
        JSON.parse(detail!) as {
          active: number;
          present: number;
          accurate: number;
          right: Record<string, number>;
        },
    );
  const active = measured.reduce((sum, each) => sum + each.active, 0);
  const share = (sum: number): unknown => (active === 0 ? null : expect.closeTo(sum / active, 9));
  const acts = interventionsIn(history, isIn);
  const done = here.filter(isDone);
  return {
    from,
    accuracy: share(measured.reduce((sum, each) => sum + each.accurate, 0)),
    coverage: share(measured.reduce((sum, each) => sum + each.present, 0)),
    changes: done.length,
    leavers: leaversIn(history, isIn, bounds),
    interventions: acts.count,
    minutes: acts.minutes,
    latency: latenciesOf(history, done),
  };
}

const isDone = ({ code, outcome }: Event): boolean => code === "target.outcome" && outcome === "done";
const actionOf = ({ detail }: Event): unknown =>
  detail ? (JSON.parse(detail) as { action?: unknown }).action : undefined;

/** Seconds, in order. */
function latenciesOf(history: readonly Event[], outcomes: readonly Event[]): readonly number[] {
  const byId = new Map(history.map((event) => [event.id, event]));
  const began = (ids: readonly string[]): number[] =>
    ids.flatMap((id) => {
      const event = byId.get(id);
      if (!event) return [];
      if (event.code === "marks.merged") return began(event.causes);
      return /^(user|group)\./.test(event.code) ? [event.at.getTime()] : [];
    });
  return outcomes
    .flatMap(({ at, causes: [intent] }) => {
      const times = began(byId.get(intent!)?.causes ?? []);
      return times.length === 0 ? [] : [(at.getTime() - Math.min(...times)) / 1_000];
    })
    .sort((one, other) => one - other);
}

function interventionsIn(history: readonly Event[], isIn: (ms: number) => boolean) {
  const lastOf = new Map<string, number>();
  let count = 0;
  let seconds = 0;
  for (const { code, actor, causes, at } of history) {
    const isAct = (code.startsWith("operator.") && causes.length === 0) || ACTS.test(code);
    if (!isAct || actor === "system" || actor === "worker") continue;
    const before = lastOf.get(actor);
    lastOf.set(actor, at.getTime());
    if (!isIn(at.getTime())) continue;
    count += 1;
    const pause = before === undefined ? Number.POSITIVE_INFINITY : (at.getTime() - before) / 1_000;
    seconds += pause <= 15 * 60 ? pause : 120;
  }
  // Hours are kept in whole seconds.
  return { count, minutes: expect.closeTo(seconds / 60, -0.5) as unknown };
}

function leaversIn(history: readonly Event[], isIn: (ms: number) => boolean, { leaverMinutes, now }: Bounds) {
  let total = 0;
  let inTime = 0;
  history.forEach((event, index) => {
    if (event.code !== "user.deactivated" && event.code !== "user.deleted") return;
    const own = history
      .map((each, at) => ({ each, at }))
      .filter(({ each }) => each.subject === event.subject);
    const before = own.filter(({ at }) => at < index).map(({ each }) => each);
    const there = before.filter((each) => isDone(each) || each.code === "adoption.linked").at(-1);
    if (!there || actionOf(there) === "remove" || actionOf(there) === "suspend") return;
    const turn = before.filter(({ code }) => /^user\.(created|activated|deactivated)$/.test(code)).at(-1);
    if (event.code === "user.deleted" && turn?.code === "user.deactivated") return;
    const next = own
      .filter(({ at }) => at > index)
      .map(({ each }) => each)
      .find(
        (each) =>
          each.code === "user.activated" ||
          (isDone(each) &&
            each.causes[0]! > event.id &&
            ["remove", "suspend", "update"].includes(String(actionOf(each)))),
      );
    const deadline = event.at.getTime() + leaverMinutes * 60_000;
    if (next && next.at.getTime() <= deadline) {
      if (next.code === "user.activated" || !isIn(next.at.getTime())) return;
      total += 1;
      inTime += 1;
    } else if (deadline <= now.getTime() && isIn(deadline)) total += 1;
  });
  return { total, inTime };
}
