import { uuidv7 } from "../../../src/core/id.ts";
import type { HistoryEvent } from "../../../src/history/event.ts";
import { readEntityAt } from "../../../src/history/state/state-at.ts";
import { readTimeline } from "../../../src/history/timeline.ts";
import { createEventAppender } from "../../../src/store/history/event-appender.ts";
import { createEventLog } from "../../../src/store/history/event-log.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { testVault } from "../../support/vault.ts";

/* A change of a group that leads to more writes of people than a page of the history has. */

const PEOPLE = 2_500;
const BEGAN_MS = Date.parse("2026-03-01T08:00:00Z");
const [group, department, created] = [uuidv7(BEGAN_MS), uuidv7(BEGAN_MS), uuidv7(BEGAN_MS)];

let env: TestEnvironment;
beforeAll(async () => {
  env = await openTestEnvironment();
  const append = (
    event: Pick<HistoryEvent, "id" | "code" | "causes" | "subject"> & Partial<HistoryEvent>,
    ms: number,
  ) => createEventAppender(env.pool).append({ at: new Date(BEGAN_MS + ms), actor: "worker", ...event });
  await append({ id: created, code: "group.created", causes: [], subject: { kind: "group", id: group } }, 0);
  const ids = Array.from({ length: PEOPLE }, () => uuidv7(BEGAN_MS + 10));
  await env.pool.query(
    `insert into history (id, at, code, actor, causes, subject_kind, subject, target, detail)
     select id, $2, 'target.intent', 'worker', array[$3::uuid], 'user', gen_random_uuid(), 'dingtalk', '{"action":"update"}' from unnest($1::uuid[]) as id`,
    [ids, new Date(BEGAN_MS + 10), created],
  );
  const intent = uuidv7(BEGAN_MS + 20);
  const write = {
    subject: { kind: "department", id: department },
    target: "dingtalk",
    attempt: 1,
    detail: { action: "create" },
  } as const;
  await append({ id: intent, code: "target.intent", causes: [created], ...write }, 20);
  const calls = [{ code: "ok", at: new Date(BEGAN_MS + 21).toISOString() }];
  const detail = { ...write.detail, answer: "ok", calls };
  await append(
    {
      id: uuidv7(BEGAN_MS + 30),
      code: "target.outcome",
      causes: [intent],
      ...write,
      outcome: "done",
      detail,
    },
    30,
  );
});
afterAll(() => env.close());

const log = () => createEventLog(env.pool, testVault);

test("the state of the group at a time has its department", async () => {
  const found = await readEntityAt(log(), { kind: "group", id: group }, new Date(BEGAN_MS + 1_000));
  expect(found?.became.map(({ kind, id }) => ({ kind, id }))).toEqual([
    { kind: "department", id: department },
  ]);
});

test("the timeline of the group has the plan and the answer of its department", async () => {
  const timeline = await readTimeline(log(), { kind: "group", id: group, count: 100 });
  expect(timeline?.steps.map(({ step, code }) => [step, code])).toEqual([
    ["committed", "group.created"],
    ["planned", "create"],
    ["sent", undefined],
    ["answered", "ok"],
  ]);
});
