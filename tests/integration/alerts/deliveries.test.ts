import { createOutbound } from "../../../src/alerts/channels/outbound.ts";
import { deliver } from "../../../src/alerts/messages/deliver.ts";
import { beat } from "../../../src/alerts/messages/heartbeat.ts";
import { startAlerts } from "../../../src/alerts/run.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { uuidv7 } from "../../../src/core/id.ts";
import { Secret } from "../../../src/core/secrets/secret.ts";
import { createLineLogger } from "../http/door.ts";
import { type Hook, startHook } from "./hook.ts";
import { type Alerts, openAlerts, TOLD_BY_ROBOT } from "./open-alerts.ts";
import { readable, type SmtpServer, startSmtpServer } from "./smtp-server.ts";

let alerts: Alerts;
let smtp: SmtpServer;
let hook: Hook;
beforeEach(async () => {
  [alerts, smtp, hook] = await Promise.all([openAlerts(), startSmtpServer(), startHook()]);
});
afterEach(async () => {
  hook.close();
  await Promise.all([alerts.close(), smtp.close()]);
});

const mail = () => ({
  ALERT_SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
  ALERT_MAIL_FROM: "DingTalk SCIM <alerts@example.com>",
  ALERT_MAIL_TO: "it@example.com, hr@example.com",
});
const every = () => ({
  ...TOLD_BY_ROBOT(alerts.robotUrl),
  ...mail(),
  ALERT_WEBHOOK_URL: hook.url,
  ALERT_WEBHOOK_SECRET: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
});
test("one cause reaches every channel once, in the form of each, under its id", async () => {
  const one = alerts.process(every());
  await alerts.stuck("mobileTaken", 12, { answer: "60104" });
  await one.look();
  await one.deliver();
  await one.look();
  await one.deliver();

  const rows = await alerts.deliveries();
  expect(rows.map(({ channel, state, attempts }) => [channel, state, attempts]).sort()).toEqual(
    ["mail", "robot", "webhook"].map((name) => [name, "sent", 1]),
  );
  const idOf = (channel: string): string => rows.find((row) => row.channel === channel)!.id;
  const [incident] = await alerts.incidents();
  const link = `https://scim.example.com/incidents/${incident!.id}`;

  const robot = await alerts.robot();
  expect(robot.map(({ body }) => body.msgUuid)).toEqual([idOf("robot")]);
  expect(robot[0]!.body.markdown.text).toContain(`(${link})`);
  expect(robot[0]!.body.markdown.text).toContain("**What to do**");

  expect(hook.taken).toHaveLength(1);
  expect(hook.taken[0]!.headers).toMatchObject({
    "webhook-id": idOf("webhook"),
    "webhook-signature": expect.stringMatching(/^v1,.{44}$/),
  });
  expect(JSON.parse(hook.taken[0]!.body)).toMatchObject({
    type: "incident.opened",
    data: {
      id: incident!.id,
      class: "A",
      code: "mobileTaken",
      count: 12,
      detail: { counts: { user: 12 }, answer: "60104" },
      link,
    },
  });

  expect(smtp.mails).toMatchObject([
    { from: "alerts@example.com", to: ["it@example.com", "hr@example.com"] },
  ]);
  const text = readable(smtp.mails[0]!.text);
  expect(text).toContain(`Message-ID: <${idOf("mail")}@example.com>`);
  expect(text).toContain("Subject: [dingtalk-scim] 12 people parked: mobile number taken (60104)");
  expect(text).toMatch(/Content-Type: text\/plain[\s\S]*Content-Type: text\/html/);
  expect(text).toContain(`<a href="${link}">`);
});

test("a robot that is blocked: the mail arrives, and the robot's message when it is free again, under its id", async () => {
  await alerts.control("switches", { robots: [{ token: "signed", secret: "SECtest", disabled: true }] });
  const one = alerts.process({ ...TOLD_BY_ROBOT(alerts.robotUrl), ...mail() });
  await alerts.stuck("mobileTaken", 1);
  await one.look();
  await one.deliver();
  expect(smtp.mails).toHaveLength(1);
  const failed = (await alerts.deliveries()).find(({ channel }) => channel === "robot")!;
  expect(failed).toMatchObject({ state: "due", attempts: 1, error: "robot-400102" });
  await alerts.control("switches", { robots: [{ token: "signed", secret: "SECtest" }] });
  await one.pass(60_000);
  expect((await alerts.robot()).map(({ body }) => body.msgUuid)).toEqual([failed.id]);
});

test("a process that ends between incident and message: another one sends it, under the id it was given", async () => {
  await alerts.stuck("mobileTaken", 3);
  await alerts.process().look();
  const [made] = await alerts.deliveries();
  expect(made).toMatchObject({ state: "due", attempts: 0 });
  const next = alerts.process();
  await next.deliver();
  expect((await alerts.robot()).map(({ body }) => body.msgUuid)).toEqual([made!.id]);
  expect(await alerts.incidents()).toHaveLength(1);
});

test("a process that ends after the far end took it and before that is written down: twice at worst, with one id", async () => {
  const one = alerts.process({ ALERT_WEBHOOK_URL: hook.url, ALERT_ALLOW_PRIVATE: "true" });
  await alerts.stuck("mobileTaken", 3);
  await one.look();
  const [claimed] = await one.deps.store.claim("webhook", alerts.clock.now(), undefined);
  const died = new Error("the process is gone");
  const store = { ...one.deps.store, sent: () => Promise.reject(died) };
  await expect(
    deliver(one.deps.channels[0]!, claimed!, { ...one.deps, store }, new AbortController().signal),
  ).rejects.toBe(died);
  const next = alerts.process({ ALERT_WEBHOOK_URL: hook.url, ALERT_ALLOW_PRIVATE: "true" });
  await next.deliver();
  expect(hook.taken).toHaveLength(1);
  await next.pass(120_000);
  expect(hook.taken.map(({ headers }) => headers["webhook-id"])).toEqual([claimed!.id, claimed!.id]);
  expect(await alerts.deliveries()).toMatchObject([{ state: "sent", attempts: 2 }]);
});

test("many processes that look and deliver at once make one incident and send one message", async () => {
  await alerts.stuck("mobileTaken", 3);
  const processes = Array.from({ length: 4 }, () =>
    alerts.process({ ALERT_WEBHOOK_URL: hook.url, ALERT_ALLOW_PRIVATE: "true" }),
  );
  for (let round = 0; round < 10; round++) {
    await Promise.all(processes.map((each) => each.look()));
    await Promise.all(processes.map((each) => each.deliver()));
  }
  expect(await alerts.incidents()).toHaveLength(1);
  expect(hook.taken).toHaveLength(1);
});

test("one look in nine seconds, whoever makes it", async () => {
  const one = alerts.process();
  const deps = { ...one.deps, paceMs: 60_000 };
  const { evaluate } = await import("../../../src/alerts/watch.ts");
  const turns = [];
  for (let n = 0; n < 3; n++) turns.push(await evaluate({ ...deps, channels: ["robot"] }));
  expect(turns).toEqual([true, false, false]);
});

test("a restart loses no incident: it goes on, and is closed when the cause is gone", async () => {
  await alerts.stuck("mobileTaken", 3);
  const before = alerts.process();
  await before.look();
  await before.deliver();
  await alerts.clock.advance(600_000);
  const after = alerts.process();
  await after.look();
  expect(await alerts.incidents()).toMatchObject([{ closed_at: null }]);
  await alerts.heal("mobileTaken");
  await after.pass(180_000);
  expect(await alerts.incidents()).toMatchObject([{ closed_at: expect.any(Date) }]);
  expect((await alerts.robot()).map(({ body }) => body.markdown.title.slice(16, 20))).toEqual([
    "3 pe",
    "Over",
  ]);
});

test("a canary name and number are in no channel that is not personal, and in no row", async () => {
  const source = (
    await alerts.pool.query(
      "insert into sources (id, name) values (gen_random_uuid(), 'canaries') returning id",
    )
  ).rows[0].id;
  const { rows } = await alerts.pool.query(
    `insert into users (id, source_id, active, user_name, user_name_key, email_keys, document, created_at, modified_at)
     values (gen_random_uuid(), $1, true, 'canary@example.com', 'canary@example.com', '{}',
       '{"displayName":"Kanarienvogel Zwitscher","phoneNumbers":[{"type":"mobile","value":"+85291234567"}]}', now(), now()) returning id`,
    [source],
  );
  await alerts.stuck("mobileTaken", 2);
  await alerts.pool.query(
    "insert into entity_states (target, kind, entity_id, state, reason_code, reason) values ('dingtalk', 'user', $1, 'parked', 'mobileTaken', $2)",
    [rows[0].id, "Kanarienvogel +85291234567"],
  );
  const { lines, logger } = createLineLogger();
  const one = alerts.process({ ...every(), ALERT_PERSONAL: "webhook" }, logger);
  hook.answers = [500];
  await one.look();
  await one.deliver();
  await one.pass(3_700_000, 600_000);
  const canary = /Kanarien|91234567|canary@/;
  expect(readable(smtp.mails.map(({ text }) => text).join())).not.toMatch(canary);
  expect(JSON.stringify(await alerts.robot())).not.toMatch(canary);
  expect(JSON.stringify([await alerts.incidents(), await alerts.deliveries(), lines])).not.toMatch(canary);
  expect((await alerts.pool.query("select memory::text from alert_watches")).rows[0].memory).not.toMatch(
    canary,
  );
  // The name alone, where it is meant to be.
  for (const { body } of hook.taken) expect(JSON.parse(body).data.names).toEqual(["Kanarienvogel Zwitscher"]);
  expect(hook.taken.map(({ body }) => body).join()).not.toMatch(/91234567|canary@/);
  expect(hook.taken.length).toBeGreaterThan(2);
});

test("at most 18 messages a minute go to a robot, and the others follow", async () => {
  const one = alerts.process();
  for (let n = 0; n < 30; n++) await alerts.stuck(`code${"abcdefghijklmnopqrstuvwxyzABCD"[n]}`, 1);
  await one.look();
  for (let turn = 0; turn < 5; turn++) await one.deliver();
  expect(await alerts.robot()).toHaveLength(18);
  await alerts.clock.advance(61_000);
  for (let turn = 0; turn < 5; turn++) await one.deliver();
  expect(await alerts.robot()).toHaveLength(30);
  expect((await alerts.deliveries()).every(({ state, attempts }) => state === "sent" && attempts === 1)).toBe(
    true,
  );
});

test("what is not taken is tried again with growing pauses, and given up after a day", async () => {
  const one = alerts.process({ ALERT_WEBHOOK_URL: hook.url, ALERT_ALLOW_PRIVATE: "true" });
  hook.answers = Array(200).fill(500);
  await alerts.stuck("mobileTaken", 1);
  await alerts.pool.query("update target_states set swept_at = now()");
  await one.look();
  await one.deliver();
  expect(await alerts.deliveries()).toMatchObject([{ state: "due", attempts: 1, error: "http-500" }]);
  for (let hour = 0; hour < 26; hour++) {
    await alerts.clock.advance(3_600_000);
    await one.deliver();
  }
  expect(await alerts.deliveries()).toMatchObject([{ state: "failed", error: "http-500" }]);
});

test("a test goes the way of every message, and is an incident that is over", async () => {
  const one = alerts.process(every());
  const at = alerts.clock.now();
  const event = {
    id: uuidv7(at.getTime()),
    at,
    code: "operator.alertTest",
    actor: "cli",
    causes: [],
    target: "dingtalk",
  } as const;
  const claimed = await one.deps.store.test(at, ["robot", "mail"], event);
  const { signal } = new AbortController();
  for (const each of claimed)
    await deliver(one.deps.channels.find(({ name }) => name === each.channel)!, each, one.deps, signal);
  await one.look();
  await one.pass(180_000);
  expect((await alerts.robot()).map(({ body }) => body.markdown.title)).toEqual([
    "[dingtalk-scim] test message: this channel works",
  ]);
  expect([smtp.mails.length, hook.taken.length]).toEqual([1, 0]);
  expect(await alerts.incidents()).toMatchObject([{ kind: "test", closed_at: at }]);
  expect((await alerts.pool.query("select code from history")).rows).toEqual([
    { code: "operator.alertTest" },
  ]);
});

test("a redirect is not followed", async () => {
  const one = alerts.process({ ALERT_WEBHOOK_URL: hook.url, ALERT_ALLOW_PRIVATE: "true" });
  hook.answers = [302];
  await alerts.stuck("mobileTaken", 1);
  await one.look();
  await one.deliver();
  expect([hook.taken.length, (await alerts.deliveries())[0]!.error]).toEqual([1, "http-302"]);
});

describe("where messages may go", () => {
  const signal = new AbortController().signal;
  const strict = createOutbound({ allowPrivate: false });
  const errorOf = (work: Promise<unknown>) =>
    work.then(
      () => "taken",
      (error: { answer?: string }) => error.answer,
    );

  test("not to this machine, by number or by name, nor over plain HTTP", async () => {
    const { port } = new URL(hook.url);
    const to = (url: string) => errorOf(strict.send("POST", url, { body: "x", signal }));
    expect(
      await Promise.all(
        [
          `https://127.0.0.1:${port}`,
          `https://localhost:${port}`,
          `https://[::1]:${port}`,
          `https://0x7f.1:${port}`,
          hook.url,
        ].map(to),
      ),
    ).toEqual([...Array(4).fill("forbiddenAddress"), "httpsRequired"]);
    expect(
      await Promise.all(["127.0.0.1", "localhost", "::1"].map((host) => errorOf(strict.addressOf(host)))),
    ).toEqual(Array(3).fill("forbiddenAddress"));
    expect(hook.taken).toEqual([]);
  });

  test("never to where clouds keep their keys", async () => {
    const lax = createOutbound({ allowPrivate: true });
    expect(await errorOf(lax.send("GET", "http://169.254.169.254/latest/meta-data", { signal }))).toBe(
      "forbiddenAddress",
    );
  });

  test("no mail without TLS, unless it is allowed", async () => {
    const { createMail } = await import("../../../src/alerts/channels/mail.ts");
    const settings = {
      url: new Secret(`smtp://127.0.0.1:${smtp.port}`),
      from: "a@example.com",
      to: ["b@example.com"],
      requireTls: true,
      personal: false,
    };
    const channel = createMail(settings, createOutbound({ allowPrivate: true }));
    const one = alerts.process();
    await alerts.stuck("mobileTaken", 1);
    await one.look();
    const [claimed] = await one.deps.store.claim("robot", alerts.clock.now(), undefined);
    expect((await deliver(channel, claimed!, one.deps, signal))?.answer).toMatch(/^(ETLS|smtp-\d+)$/);
    expect(smtp.mails).toEqual([]);
  });
});

test("the heartbeat goes out at the start, and tells of an answer that is no yes", async () => {
  const one = alerts.process({ ALERT_HEARTBEAT_URL: hook.url, ALERT_ALLOW_PRIVATE: "true" });
  const running = startAlerts({ ...one.deps, clock: systemClock });
  const deadline = systemClock.monotonicMs() + 25_000;
  while (hook.taken.length === 0 && systemClock.monotonicMs() < deadline) await systemClock.sleep(20);
  await running.stop();
  expect(hook.taken.map(({ method }) => method)).toEqual(["GET"]);
  hook.answers = [500];
  await expect(beat(new Secret(hook.url), one.deps.outbound, new AbortController().signal)).rejects.toThrow(
    "http-500",
  );
});
