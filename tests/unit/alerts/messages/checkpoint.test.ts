import { dueCheckpoint } from "../../../../src/alerts/messages/checkpoint.ts";

const at = (time: string) => new Date(`2026-11-30T${time}Z`);
const ms = (time: string) => at(time).getTime();

test.each<[string, { everyHours: number; sentAt?: string; now: string; checkpoint?: string }, boolean]>([
  ["the first one goes at once", { everyHours: 24, now: "13:37:00" }, true],
  ["none while there is none", { everyHours: 24, now: "13:37:00", checkpoint: "" }, false],
  ["none where nobody asked for it", { everyHours: 0, now: "13:37:00" }, false],
  ["not twice in a period", { everyHours: 6, sentAt: "12:00:01", now: "17:59:59" }, false],
  ["again when the next has begun", { everyHours: 6, sentAt: "17:59:59", now: "18:00:00" }, true],
  ["a clock that was put back", { everyHours: 6, sentAt: "18:00:00", now: "17:00:00" }, false],
])("%s", (_name, { everyHours, sentAt, now, checkpoint = "note" }, isDue) => {
  const sent = sentAt === undefined ? {} : { sentAtMs: ms(sentAt) };
  const facts = { everyHours, ...sent, ...(checkpoint === "" ? {} : { checkpoint }) };
  expect(dueCheckpoint(facts, at(now))).toBe(isDue ? "note" : undefined);
});
