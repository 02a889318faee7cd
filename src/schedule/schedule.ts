import type { JsonObject } from "../core/entity.ts";
import { withValue } from "./attributes.ts";
import type { Circumstances, Schedule, ScheduledChange, Step, Written } from "./change.ts";
import type { Day } from "./days.ts";
import { type Employment, employmentOf, isPresent } from "./employment.ts";
import type { DateRules } from "./rules.ts";
import { valueSteps } from "./values.ts";

/**
 * Computes the values that count now and the scheduled changes of a record, after a write or after a day has
 * come. Pure. A correction replaces a scheduled change. A rescinded change is removed. A change for a past
 * day counts now.
 */
export function scheduleOf(written: Written, { rules, now, newId }: Circumstances): Schedule {
  const { after, pending } = written;
  if (!rules) {
    const ended = pending.filter(({ standing }) => standing);
    const gone = pending.filter(({ standing }) => !standing);
    return {
      pending: [],
      steps: gone.map((change) => ({ kind: "rescinded", change })),
      ended,
      effective: after,
    };
  }
  const employment = employmentOf(after, rules);
  const turns = (["hire", "leave"] as const).flatMap((kind) =>
    turnStep(kind, written, employment, { rules, now, newId }),
  );
  const values = valueSteps(written, employment, { rules, now, newId });
  const steps = [...turns, ...values.steps];
  const kept = pending.filter(
    ({ id }) => !steps.some((step) => step.change.id === id) && !values.ended.some((each) => each.id === id),
  );
  const moved = steps
    .filter(({ kind }) => kind === "scheduled" || kind === "rescheduled")
    .map((step) => step.change);
  const all = [...kept, ...values.merged, ...moved].filter(
    (each, index, list) => list.findLastIndex(({ id }) => id === each.id) === index,
  );
  return {
    pending: all,
    steps,
    ended: values.ended,
    effective: effectiveOf(after, all, employment, { rules, now }),
  };
}

/**
 * The record with the values that count now. Changes with `standing` set their new values. Changes that are
 * still to come set their old values; for one attribute the change with the first day wins, so it is applied
 * last.
 */
function effectiveOf(
  record: JsonObject,
  pending: readonly ScheduledChange[],
  employment: Employment,
  { rules, now }: { readonly rules: DateRules; readonly now: Date },
): JsonObject {
  let effective = record;
  const changes = pending.filter(({ kind }) => kind === "change");
  for (const { patch } of changes.filter(({ standing }) => standing))
    for (const [path, { after }] of Object.entries(patch)) effective = withValue(effective, path, after);
  const toCome = changes.filter(({ standing }) => !standing).sort((a, b) => b.at.getTime() - a.at.getTime());
  for (const { patch } of toCome)
    for (const [path, { before }] of Object.entries(patch)) effective = withValue(effective, path, before);
  const isThere = toCome.every(({ patch }) => patch["active"] === undefined);
  const active = isThere && isPresent(record, employment, rules, now);
  return active === (record["active"] !== false) ? effective : { ...effective, active };
}

function turnStep(
  kind: "hire" | "leave",
  { before, after, pending }: Written,
  employment: Employment,
  circumstances: Circumstances & { rules: DateRules },
): Step[] {
  const { rules, now, newId } = circumstances;
  const turn = employment[kind];
  const known = pending.find((each) => each.kind === kind);
  const presentAt = (ms: number): boolean => isPresent(after, employment, rules, new Date(ms));
  const turns = turn !== undefined && presentAt(turn.at.getTime() - 1) !== presentAt(turn.at.getTime());
  if (!turn || !turns || turn.at <= now) {
    if (known) return [{ kind: turn && turn.at <= now && turns ? "applied" : "rescinded", change: known }];
    if (!turn || !turns || !before || sameTurn(before, kind, turn, rules)) return [];
    // The date was sent after its day. It takes effect now, and an event of the history shows the reason.
    return [{ kind: "applied", change: turned(newId(), kind, turn, employment.zone, now) }];
  }
  if (!known) return [{ kind: "scheduled", change: turned(newId(), kind, turn, employment.zone, now) }];
  const { day, zone } = known;
  if (day === turn.day && zone === employment.zone && known.at.getTime() === turn.at.getTime()) return [];
  return [
    { kind: "rescheduled", change: turned(known.id, kind, turn, employment.zone, now), from: { day, zone } },
  ];
}

const sameTurn = (
  before: JsonObject,
  kind: "hire" | "leave",
  { at }: { readonly at: Date },
  rules: DateRules,
): boolean => employmentOf(before, rules)[kind]?.at.getTime() === at.getTime();

const turned = (
  id: string,
  kind: "hire" | "leave",
  { day, at }: { readonly day: Day; readonly at: Date },
  zone: string,
  receivedAt: Date,
): ScheduledChange => ({
  id,
  kind,
  day,
  zone,
  at,
  patch: { active: { before: kind === "leave", after: kind === "hire" } },
  receivedAt,
});
