import { uuidv7 } from "../../../src/core/id.ts";
import { storedLog } from "../../../src/history/log/sources.ts";
import { type Verdict, verifyLog } from "../../../src/history/log/verify.ts";
import { createEventAppender } from "../../../src/store/history/event-appender.ts";
import { createLogReader } from "../../../src/store/history/log/reader.ts";
import type { SignedCheckpoint } from "../../../src/tlog/checkpoint.ts";
import { parseVerifierKey } from "../../../src/tlog/note.ts";
import { pastedCheckpoints } from "../../../src/tlog/pasted.ts";
import { beginTestLog } from "../../support/history-log.ts";
import { type Hook, startHook } from "./hook.ts";
import { type Alerts, openAlerts, TOLD_BY_ROBOT } from "./open-alerts.ts";
import { readable, type SmtpServer, startSmtpServer } from "./smtp-server.ts";

/* The checkpoint of the history on the channels, where whoever owns the database does not reach it. */

const HOUR_MS = 3_600_000;

let alerts: Alerts;
let smtp: SmtpServer;
let hook: Hook;
let seal: () => Promise<void>;
beforeEach(async () => {
  [alerts, smtp, hook] = await Promise.all([openAlerts(), startSmtpServer(), startHook()]);
  seal = await beginTestLog(alerts.pool);
});
afterEach(async () => {
  hook.close();
  await Promise.all([alerts.close(), smtp.close()]);
});

const robot = () => ({ ...TOLD_BY_ROBOT(alerts.robotUrl), ALERT_CHECKPOINT_HOURS: "6" });
const every = () => ({
  ...robot(),
  ALERT_SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
  ALERT_MAIL_FROM: "alerts@example.com",
  ALERT_MAIL_TO: "auditors@example.com",
  ALERT_WEBHOOK_URL: hook.url,
});
const reader = () => createLogReader(alerts.pool);
/** So many events more, and their entries. */
async function grow(count: number): Promise<void> {
  const events = createEventAppender(alerts.pool);
  for (let n = 0; n < count; n++) {
    const at = new Date();
    await events.append({
      id: uuidv7(at.getTime()),
      at,
      code: "operator.retry",
      actor: "cli",
      causes: [],
      detail: { n },
    });
  }
  await seal();
}
/** With the key that was noted down before. */
const verified = async (anchors: readonly SignedCheckpoint[]): Promise<Verdict> =>
  verifyLog(storedLog(reader()), { anchors, keys: (await reader().keys()).map(parseVerifierKey) });
const fault = async (anchors: readonly SignedCheckpoint[]): Promise<string | undefined> => {
  const verdict = await verified(anchors);
  return verdict.ok ? undefined : verdict.fault.message;
};
/** Time passes and nobody seals, which is told too. */
const onRobot = async () =>
  (await alerts.robot()).map(({ body }) => body.markdown.text).filter((text) => text.includes("checkpoint"));

const TABLES = ["history", "history_leaves", "history_tiles", "history_checkpoints", "history_log"];
/** What the owner of a database has as a backup, and how they put it back. */
async function backUp(): Promise<() => Promise<void>> {
  await alerts.pool.query(
    `create schema saved; ${TABLES.map((name) => `create table saved.${name} as table ${name}`).join("; ")}`,
  );
  return async () => {
    const back = TABLES.map(
      (name) =>
        `delete from ${name}; insert into ${name} overriding system value select * from saved.${name}`,
    );
    const client = await alerts.pool.connect();
    try {
      await client.query(`begin; set local session_replication_role = replica; ${back.join("; ")}; commit`);
    } finally {
      client.release();
    }
  };
}

test("a database that is put back to an earlier state is refused with the checkpoint of each channel", async () => {
  await grow(3);
  const putBack = await backUp();
  await grow(2);
  const one = alerts.process(every());
  await one.look();
  await one.deliver();
  const messages = {
    robot: (await onRobot())[0]!,
    mail: readable(smtp.mails[0]!.text),
    webhook: hook.taken[0]!.body,
  };
  expect(JSON.parse(messages.webhook)).toMatchObject({
    type: "history.checkpoint",
    data: { cause: "checkpoint", count: 5 },
  });
  expect(messages.mail).toContain("Subject: [dingtalk-scim] checkpoint of the history with 5 entries");

  const note = await reader().checkpoint();
  for (const message of Object.values(messages)) {
    const anchors = pastedCheckpoints(message);
    expect(new Set(anchors.map(({ text }) => text))).toEqual(new Set([note]));
    expect(await verified(anchors)).toMatchObject({
      ok: true,
      verified: { size: 5, anchors: anchors.length },
    });
  }

  await putBack();
  // By itself it is as it was signed.
  expect(await fault([])).toBeUndefined();
  for (const message of Object.values(messages))
    expect(await fault(pastedCheckpoints(message))).toBe(
      "the log has 3 entries, but an anchor covers 5: the end of the log is missing",
    );
  await grow(4);
  for (const message of Object.values(messages))
    expect(await fault(pastedCheckpoints(message))).toMatch(
      /^the first 5 of \d+ entries are not the entries that an anchor covers/,
    );
});

test("it goes once in each period, by whichever process looks, and none before there is one", async () => {
  const processes = [alerts.process(robot()), alerts.process(robot())];
  const pass = async (hours: number): Promise<void> => {
    await alerts.clock.advance(hours * HOUR_MS);
    await Promise.all(processes.map((one) => one.look()));
    await Promise.all(processes.map((one) => one.deliver()));
  };
  await pass(0);
  expect(await onRobot()).toEqual([]);
  await grow(1);
  await pass(0);
  await pass(0);
  expect(await onRobot()).toHaveLength(1);
  await grow(1);
  for (let hour = 0; hour < 12; hour++) await pass(1);
  const sizes = (await onRobot()).flatMap(pastedCheckpoints).map(({ size }) => size);
  // What happened in between is told with the next; that nothing has happened is told too.
  expect(sizes).toEqual([1, 2, 2]);
  const told = (await alerts.incidents()).filter(({ kind }) => kind === "checkpoint");
  expect(told.map(({ closed_at, opened_at }) => closed_at.getTime() - opened_at.getTime())).toEqual([
    0, 0, 0,
  ]);
});

test("a channel that is away gets the same checkpoint later, under its id", async () => {
  await alerts.control("switches", { robots: [{ token: "signed", secret: "SECtest", disabled: true }] });
  await grow(1);
  const one = alerts.process(robot());
  await one.look();
  await one.deliver();
  const [before] = await alerts.deliveries();
  expect(before).toMatchObject({ message: "checkpoint", state: "due", attempts: 1, error: "robot-400102" });
  await alerts.control("switches", { robots: [{ token: "signed", secret: "SECtest" }] });
  await grow(1);
  // Another process, as the first may have died.
  const next = alerts.process(robot());
  while ((await alerts.deliveries())[0]!.state !== "sent") await next.pass(60_000);
  const [message] = await alerts.robot();
  expect(message!.body.msgUuid).toBe(before!.id);
  expect(pastedCheckpoints(message!.body.markdown.text).map(({ size }) => size)).toEqual([1]);
});

test("without the setting nothing is sent", async () => {
  await grow(1);
  const one = alerts.process();
  await one.pass(25 * HOUR_MS, HOUR_MS);
  expect(await onRobot()).toEqual([]);
});
