import { type Alerts, openAlerts } from "./open-alerts.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let alerts: Alerts;
beforeEach(async () => {
  alerts = await openAlerts();
});
afterEach(() => alerts.close());

const titles = async (): Promise<readonly string[]> =>
  (await alerts.robot()).map(({ body }) => body.markdown.title);

test("10,000 people who are parked by one cause are one message, its reminders, and one that it is over", async () => {
  const one = alerts.process();
  await alerts.stuck("mobileTaken", 10_000, { answer: "60104" });
  await one.look();
  await one.deliver();
  const first = "[dingtalk-scim] 10,000 people parked: mobile number taken (60104)";
  expect(await titles()).toEqual([first]);

  const until = async (ms: number) => {
    const sent = (await titles()).length;
    await one.pass(ms, 600_000);
    return (await titles()).length - sent;
  };
  expect(await until(59 * 60_000)).toBe(0);
  expect(await until(2 * 60_000)).toBe(1);
  // Leaps, as whoever looks was away: one message, not all that were missed.
  await alerts.clock.advance(4 * HOUR_MS);
  expect(await until(60_000)).toBe(0);
  await alerts.clock.advance(HOUR_MS);
  expect(await until(60_000)).toBe(1);
  await alerts.clock.advance(DAY_MS);
  expect(await until(60_000)).toBe(1);
  await alerts.clock.advance(3 * DAY_MS);
  expect(await until(60_000)).toBe(1);
  expect(await until(60 * 60_000)).toBe(0);

  await alerts.heal("mobileTaken");
  await one.pass(4 * 60_000);
  const all = await alerts.robot();
  expect(all.map(({ body }) => body.markdown.title).slice(1)).toEqual([
    ...Array(4).fill(first.replace("] ", "] Still: ")),
    first.replace("] ", "] Over: "),
  ]);
  expect(all.at(-1)!.body.markdown.text).toContain("**Lasted**: 4 days 7 hours");
  expect(await alerts.incidents()).toMatchObject([
    { kind: "parked", code: "mobileTaken", class: "A", count: 10_000 },
  ]);
});

test("a connection to DingTalk that is refused 1,000 times is one incident, told after ten minutes, and over when it stands", async () => {
  const one = alerts.process();
  const show = (state: string, failures: number) =>
    alerts.pool.query(
      `insert into listening (target, state, since, failures, reason) values ('dingtalk', $1, now(), $2, 'no-connection')
        on conflict (target) do update set state = excluded.state, failures = excluded.failures, seen_at = now()`,
      [state, failures],
    );
  for (let failures = 1; failures <= 1_000; failures++) {
    await show("disconnected", failures);
    if (failures % 50 === 0) await one.pass(45_000, 15_000);
  }
  expect(await alerts.incidents()).toMatchObject([{ kind: "listening", code: "notHeard", class: "B" }]);
  expect(await titles()).toEqual(["[dingtalk-scim] no connection to DingTalk's events for ten minutes"]);
  await show("listening", 0);
  await one.pass(4 * 60_000);
  expect((await titles()).at(-1)).toContain("Over: no connection to DingTalk's events");
  expect(await alerts.incidents()).toHaveLength(1);
});
