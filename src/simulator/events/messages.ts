import { createHash, createHmac } from "node:crypto";
import type { OpenCall } from "../gateway/open-calls.ts";
import type { Organisation } from "../organisation/model.ts";
import type { Act, Done, Rule } from "../organisation/organisation.ts";
import type { Switches } from "../organisation/switches.ts";
import { type Fields, flag, ids, object, requiredWhole, text } from "../wire/fields.ts";
import { missing, Refused, refuse } from "../wire/refusal.ts";
import { type HttpCall, json } from "../wire/wire.ts";

/** A message to people (work notice) or to a chat (robot). Messages are in memory only, and not part of the organisation. */
export interface Message {
  readonly to: { readonly robot: string } | { readonly userids: readonly string[] };
  readonly body: Fields;
  readonly atMs: number;
}

export interface Messages {
  sendNotice: Rule;
  noticeResult: Rule;
  sendToRobot: OpenCall;
  list(): readonly Message[];
  /** The messages that robots accepted. */
  byRobots(): readonly { readonly robot: string; readonly body: Fields; readonly atMs: number }[];
  forget(): void;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** A robot accepts 20 messages a minute. After one more it refuses all messages for ten minutes (docs/dingtalk.md 11.1). */
const ROBOT_PER_MINUTE = 20;
const ROBOT_SILENCE_MS = 10 * MINUTE_MS;

interface Task {
  readonly delivered: readonly string[];
  readonly invalid: readonly string[];
  readonly forbidden: readonly { readonly code: string; readonly userid: string; readonly count: number }[];
}

interface Delivered {
  /** By userid and digest of the content: day of the last delivery. A person receives the same content once a day. */
  readonly lastDay: Map<string, number>;
  readonly perDay: Map<string, { readonly day: number; readonly count: number }>;
}

function deliver(
  organisation: Organisation,
  { lastDay, perDay }: Delivered,
  { userids, content }: { readonly userids: readonly string[]; readonly content: string },
  day: number,
): Task {
  const digest = createHash("sha256").update(content).digest("base64");
  const task = { delivered: [] as string[], invalid: [] as string[], forbidden: [] as { code: string; userid: string; count: number }[] };
  for (const userid of userids) {
    const today = perDay.get(userid);
    const count = today?.day === day ? today.count : 0;
    if (!organisation.users.has(userid)) task.invalid.push(userid);
    else if (lastDay.get(`${userid} ${digest}`) === day) task.forbidden.push({ code: "143106", userid, count: 1 });
    else if (count >= 500) task.forbidden.push({ code: "143105", userid, count: 500 });
    else {
      lastDay.set(`${userid} ${digest}`, day);
      perDay.set(userid, { day, count: count + 1 });
      task.delivered.push(userid);
    }
  }
  return task;
}

/** Work notices (docs/dingtalk.md 11.2) and custom robots (docs/dingtalk.md 11.1). */
export function createMessages(): Messages {
  const sent: Message[] = [];
  const tasks = new Map<number, Task>();
  const delivered: Delivered = { lastDay: new Map(), perDay: new Map() };
  const robots = new Map<string, { startMs: number; count: number; silentUntilMs: number; seen: Set<string> }>();

  return { sendNotice, noticeResult, sendToRobot, list: () => sent, byRobots, forget };

  function byRobots(): ReturnType<Messages["byRobots"]> {
    return sent.flatMap(({ to, body, atMs }) => ("robot" in to ? [{ robot: to.robot, body, atMs }] : []));
  }

  /** `asyncsend_v2`: succeeds even if a limit drops the message. `getsendresult` shows the drop. */
  function sendNotice(organisation: Organisation, fields: Fields, act: Act): Done {
    requiredWhole(fields, "agent_id");
    const message = object(fields, "msg");
    if (!message) throw missing("msg");
    const content = JSON.stringify(message);
    if (Buffer.byteLength(content) > 2_048) throw refuse(40035, " msg");
    const userids = recipients(organisation, fields);
    const task = deliver(organisation, delivered, { userids, content }, Math.floor((act.nowMs + 8 * 3_600_000) / DAY_MS));
    const task_id = 256_000_000_000 + act.ids.next() + tasks.size;
    tasks.set(task_id, task);
    sent.push({ to: { userids: task.delivered }, body: message, atMs: act.nowMs });
    return { answer: { task_id } };
  }

  /** `getsendresult`. */
  function noticeResult(_organisation: Organisation, fields: Fields): Done {
    requiredWhole(fields, "agent_id");
    const task = tasks.get(requiredWhole(fields, "task_id"));
    if (!task) throw refuse(40035, " task_id");
    const { delivered, invalid, forbidden } = task;
    return {
      answer: {
        send_result: {
          invalid_user_id_list: invalid,
          forbidden_user_id_list: forbidden.map(({ userid }) => userid),
          forbidden_list: forbidden,
          failed_user_id_list: [],
          read_user_id_list: [],
          unread_user_id_list: delivered,
          invalid_dept_id_list: [],
        },
      },
    };
  }

  function forget(): void {
    sent.length = 0;
    for (const memory of [tasks, delivered.lastDay, delivered.perDay, robots]) memory.clear();
  }

  /** `POST /robot/send`: the token of the robot in the query is the credential. */
  function sendToRobot(...[state, call]: Parameters<OpenCall>): ReturnType<OpenCall> {
    const { switches } = state.organisation;
    const nowMs = state.clock.now().getTime();
    try {
      const robot = switches.robots.find(({ token }) => token === call.query.access_token);
      if (!robot) throw robotError(switches, 400101, 300005, "token is not exist");
      if (robot.disabled) throw robotRefusal(400102, "robot is disabled");
      if (robot.secret) requireSignature(call, robot.secret, nowMs);
      const message = readMessage(call);
      if (robot.keyword && !call.body.includes(robot.keyword)) throw robotRefusal(310000, "keywords not in content");
      if (admit(robot.token, text(message, "msgUuid"), nowMs, switches))
        sent.push({ to: { robot: robot.token }, body: message, atMs: nowMs });
      return { reply: json(200, { errcode: 0, errmsg: "ok" }), result: "answered" };
    } catch (error) {
      if (!(error instanceof Refused) || error.refusal.generation !== "old") throw error;
      const { errcode, errmsg } = error.refusal;
      return { reply: json(200, { errcode, errmsg }), result: "failed" };
    }
  }

  /** Counts a message. False if a message with the same `msgUuid` has arrived before. Refuses messages over the limit. */
  function admit(token: string, uuid: string | undefined, nowMs: number, switches: Switches): boolean {
    const known = robots.get(token) ?? { startMs: nowMs, count: 0, silentUntilMs: 0, seen: new Set<string>() };
    robots.set(token, known);
    if (nowMs - known.startMs >= MINUTE_MS) Object.assign(known, { startMs: nowMs, count: 0 });
    known.count += 1;
    if (known.count > ROBOT_PER_MINUTE && nowMs >= known.silentUntilMs) known.silentUntilMs = nowMs + ROBOT_SILENCE_MS;
    if (nowMs < known.silentUntilMs) throw robotError(switches, 410100, 660026, "sending too many messages per minute");
    if (uuid === undefined) return true;
    const fresh = !known.seen.has(uuid);
    known.seen.add(uuid);
    return fresh;
  }
}

function recipients(organisation: Organisation, fields: Fields): readonly string[] {
  if (flag(fields, "to_all_user")) return [...organisation.users.keys()];
  const named = ids(fields, "userid_list") ?? [];
  const departments = ids(fields, "dept_id_list") ?? [];
  if (named.length === 0 && departments.length === 0) throw missing("userid_list");
  if (named.length > 100 || departments.length > 20) throw refuse(40035, " userid_list");
  return [...new Set([...named, ...departments.flatMap((id) => [...(organisation.membersOf.get(Number(id)) ?? [])])])];
}

const robotRefusal = (errcode: number, errmsg: string): Refused => new Refused({ generation: "old", errcode, errmsg });

const robotError = (switches: Switches, documented: number, recorded: number, errmsg: string): Refused =>
  robotRefusal(switches.robotCodes === "documented" ? documented : recorded, errmsg);

/** Checks `sign`, which is base64(HMAC-SHA256(secret, timestamp + "\n" + secret)), and that `timestamp` differs by at most an hour. */
function requireSignature(call: HttpCall, secret: string, nowMs: number): void {
  const { timestamp = "", sign } = call.query;
  if (!/^\d{13}$/.test(timestamp) || Math.abs(nowMs - Number(timestamp)) > 3_600_000) throw robotRefusal(310000, "invalid timestamp");
  const expected = createHmac("sha256", secret).update(`${timestamp}\n${secret}`).digest("base64");
  if (sign !== expected) throw robotRefusal(310000, "sign not match");
}

function readMessage(call: HttpCall): Fields {
  const message = object({ body: call.body }, "body", 40035);
  if (!message) throw robotRefusal(43004, "无效的HTTP HEADER Content-Type");
  const type = text(message, "msgtype");
  if (!type || !["text", "link", "markdown", "actionCard", "feedCard"].includes(type)) throw robotRefusal(400105, "unsupported msgtype");
  if (!object(message, type)) throw missing(type);
  return message;
}
