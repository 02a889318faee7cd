import { createHmac } from "node:crypto";
import type { OpenCall } from "../gateway/open-calls.ts";
import type { Switches } from "../organisation/switches.ts";
import { type Fields, object, text } from "../wire/fields.ts";
import { missing, Refused } from "../wire/refusal.ts";
import { type HttpCall, json } from "../wire/wire.ts";

const MINUTE_MS = 60_000;
/**
 * A robot accepts 20 messages a minute. After one more it refuses all messages for ten minutes
 * (docs/dingtalk.md 11.1).
 */
const ROBOT_PER_MINUTE = 20;
const ROBOT_SILENCE_MS = 10 * MINUTE_MS;

/**
 * A message to people (work notice) or to a chat (robot). Messages are in memory only, and not part of the
 * organisation.
 */
export interface Message {
  readonly to: { readonly robot: string } | { readonly userids: readonly string[] };
  readonly body: Fields;
  readonly atMs: number;
}

/** Custom robots (docs/dingtalk.md 11.1). Adds what they accept to `sent`. */
export function createRobots(sent: Message[]) {
  const uses = new Map<
    string,
    { startMs: number; count: number; silentUntilMs: number; seen: Set<string> }
  >();
  return { send, forget: () => uses.clear() };

  /** `POST /robot/send`: the token of the robot in the query is the credential. */
  function send(...[state, call]: Parameters<OpenCall>): ReturnType<OpenCall> {
    const { switches } = state.organisation;
    const nowMs = state.clock.now().getTime();
    try {
      const robot = switches.robots.find(({ token }) => token === call.query.access_token);
      if (!robot) throw robotError(switches, 400101, 300005, "token is not exist");
      if (robot.disabled) throw robotRefusal(400102, "robot is disabled");
      if (robot.secret) requireSignature(call, robot.secret, nowMs);
      const message = readMessage(call);
      if (robot.keyword && !call.body.includes(robot.keyword))
        throw robotRefusal(310000, "keywords not in content");
      if (admit(robot.token, text(message, "msgUuid"), nowMs, switches))
        sent.push({ to: { robot: robot.token }, body: message, atMs: nowMs });
      return { reply: json(200, { errcode: 0, errmsg: "ok" }), result: "answered" };
    } catch (error) {
      if (!(error instanceof Refused) || error.refusal.generation !== "old") throw error;
      const { errcode, errmsg } = error.refusal;
      return { reply: json(200, { errcode, errmsg }), result: "failed" };
    }
  }

  /**
   * Counts a message. False if a message with the same `msgUuid` has arrived before. Refuses messages over
   * the limit.
   */
  function admit(token: string, uuid: string | undefined, nowMs: number, switches: Switches): boolean {
    const usage = uses.get(token) ?? { startMs: nowMs, count: 0, silentUntilMs: 0, seen: new Set<string>() };
    uses.set(token, usage);
    if (nowMs - usage.startMs >= MINUTE_MS) Object.assign(usage, { startMs: nowMs, count: 0 });
    usage.count += 1;
    if (usage.count > ROBOT_PER_MINUTE && nowMs >= usage.silentUntilMs)
      usage.silentUntilMs = nowMs + ROBOT_SILENCE_MS;
    if (nowMs < usage.silentUntilMs)
      throw robotError(switches, 410100, 660026, "sending too many messages per minute");
    if (uuid === undefined) return true;
    const fresh = !usage.seen.has(uuid);
    usage.seen.add(uuid);
    return fresh;
  }
}

const robotRefusal = (errcode: number, errmsg: string): Refused =>
  new Refused({ generation: "old", errcode, errmsg });

const robotError = (switches: Switches, documented: number, recorded: number, errmsg: string): Refused =>
  robotRefusal(switches.robotCodes === "documented" ? documented : recorded, errmsg);

/**
 * Checks `sign`, which is base64(HMAC-SHA256(secret, timestamp + "\n" + secret)), and that `timestamp`
 * differs by at most an hour.
 */
function requireSignature(call: HttpCall, secret: string, nowMs: number): void {
  const { timestamp = "", sign } = call.query;
  if (!/^\d{13}$/.test(timestamp) || Math.abs(nowMs - Number(timestamp)) > 3_600_000)
    throw robotRefusal(310000, "invalid timestamp");
  const expected = createHmac("sha256", secret).update(`${timestamp}\n${secret}`).digest("base64");
  if (sign !== expected) throw robotRefusal(310000, "sign not match");
}

function readMessage(call: HttpCall): Fields {
  const message = object({ body: call.body }, "body", 40035);
  if (!message) throw robotRefusal(43004, "无效的HTTP HEADER Content-Type");
  const type = text(message, "msgtype");
  if (!type || !["text", "link", "markdown", "actionCard", "feedCard"].includes(type))
    throw robotRefusal(400105, "unsupported msgtype");
  if (!object(message, type)) throw missing(type);
  return message;
}
