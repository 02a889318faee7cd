import { createHash } from "node:crypto";
import type { OpenCall } from "../gateway/open-calls.ts";
import type { Organisation } from "../organisation/model.ts";
import type { Act, Done, Rule } from "../organisation/organisation.ts";
import { type Fields, flag, ids, object, requiredWhole } from "../wire/fields.ts";
import { missing, refuse } from "../wire/refusal.ts";
import { createRobots, type Message } from "./robots.ts";

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

interface Task {
  readonly delivered: readonly string[];
  readonly invalid: readonly string[];
  readonly forbidden: readonly { readonly code: string; readonly userid: string; readonly count: number }[];
}

interface Delivered {
  /**
   * By userid and digest of the content: day of the last delivery. A person receives the same content once a
   * day.
   */
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
  const task = {
    delivered: [] as string[],
    invalid: [] as string[],
    forbidden: [] as { code: string; userid: string; count: number }[],
  };
  for (const userid of userids) {
    const today = perDay.get(userid);
    const count = today?.day === day ? today.count : 0;
    if (!organisation.users.has(userid)) task.invalid.push(userid);
    else if (lastDay.get(`${userid} ${digest}`) === day)
      task.forbidden.push({ code: "143106", userid, count: 1 });
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
  const robots = createRobots(sent);

  return { sendNotice, noticeResult, sendToRobot: robots.send, list: () => sent, byRobots, forget };

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
    const task = deliver(
      organisation,
      delivered,
      { userids, content },
      Math.floor((act.nowMs + 8 * 3_600_000) / DAY_MS),
    );
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
    robots.forget();
    for (const memory of [tasks, delivered.lastDay, delivered.perDay]) memory.clear();
  }
}

function recipients(organisation: Organisation, fields: Fields): readonly string[] {
  if (flag(fields, "to_all_user")) return [...organisation.users.keys()];
  const named = ids(fields, "userid_list") ?? [];
  const departments = ids(fields, "dept_id_list") ?? [];
  if (named.length === 0 && departments.length === 0) throw missing("userid_list");
  if (named.length > 100 || departments.length > 20) throw refuse(40035, " userid_list");
  return [
    ...new Set([
      ...named,
      ...departments.flatMap((id) => [...(organisation.membersOf.get(Number(id)) ?? [])]),
    ]),
  ];
}
