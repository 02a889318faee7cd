import { backoffMs } from "../../core/backoff.ts";
import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/entity.ts";
import type { ListPage, WriteContext } from "../../reconcile/target.ts";
import { TargetNotFound, TargetThrottled, TargetUnavailable } from "../../reconcile/target-failures.ts";
import type { Actual, TargetCall } from "../../reconcile/target-values.ts";
import { resultOf } from "./client/answers/answer.ts";
import { API } from "./client/apis.ts";
import type { DingTalkClient, Session } from "./client/client.ts";
import { withCalls } from "./client/operation.ts";
import { withCall } from "./client/session.ts";
import { isTrue, objectsIn } from "./client/wire-values.ts";
import { apart } from "./people/places.ts";
import { type RecordOptions, userFromWire, visiblePermissions } from "./people/user-record.ts";
import { departmentFromWire, isForeign } from "./structure/department-wire.ts";
import type { ManagedArea } from "./structure/managed-area.ts";
import { roleActual, roleGroups } from "./structure/roles.ts";

/** The largest page of `user/list`, and the maximum number of pages. 100 000 is DingTalk's largest cursor. */
const PAGE = 100;
const MAX_PAGES = 1_001;
/** Four times DingTalk's limit of 10 000 departments. */
const MAX_DEPARTMENTS = 40_000;
/** A listing has thousands of calls. One busy answer must not discard the others. */
const TRIES = 4;
const LONGEST_PAUSE_MS = 10_000;
/**
 * A full comparison lists departments, then people. The second list reuses the tree that the first has just
 * walked.
 */
const TREE_FRESH_MS = 15 * 60_000;

export interface ListingDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly area: ManagedArea;
}

/**
 * Lists everything of a kind below the managed root in pages (docs/dingtalk.md 5.4: no call lists all
 * people). Rejects if any page fails.
 */
export function createListing(client: DingTalkClient, deps: ListingDeps, options: RecordOptions) {
  const { area } = deps;
  let walked: { readonly departments: readonly string[]; readonly atMs: number } | undefined;

  async function* departments(context: WriteContext): AsyncIterable<ListPage> {
    const session = withRetries(client.open(context), deps, context.signal);
    const ids: string[] = [];
    try {
      for await (const children of tree(session, area.root)) {
        ids.push(...children.map((record) => String(record.dept_id)));
        yield { actuals: children.map((record) => departmentFromWire(record, false)) };
      }
      area.learn(ids);
      walked = { departments: ids, atMs: deps.clock.monotonicMs() };
    } catch (error) {
      throw withCalls(error, session);
    }
  }

  async function* users(context: WriteContext): AsyncIterable<ListPage> {
    const session = withRetries(client.open(context), deps, context.signal);
    const seen = new Set<string>();
    try {
      for await (const department of departmentsIn(session)) {
        const managers: string[] = [];
        let hasLeaders = true;
        // A person is in the list of each of their departments, with all departments. Only the first record
        // is used.
        for await (const page of peopleOf(session, department, area.root)) {
          managers.push(
            ...page.filter((record) => isTrue(record.leader)).map((record) => String(record.userid)),
          );
          hasLeaders &&= page.every((record) => record.leader !== undefined);
          const fresh = page.filter((record) => !seen.has(String(record.userid)));
          for (const record of fresh) seen.add(String(record.userid));
          const granted = visiblePermissions(page);
          const people = fresh.map((record) => userFromWire(record, granted, false, options));
          if (people.length > 0) yield { actuals: await placed(session, people) };
        }
        if (hasLeaders) yield { actuals: [], managers: new Map([[department, managers.sort()]]) };
      }
    } catch (error) {
      throw withCalls(error, session);
    }
  }

  /**
   * Separates departments outside the managed root. The listing of departments has shown most that are
   * inside.
   */
  async function placed(session: Session, people: readonly Actual[]): Promise<readonly Actual[]> {
    if (area.whole) return people;
    const named = people.flatMap(({ attributes }) =>
      Array.isArray(attributes.departments) ? (attributes.departments as string[]) : [],
    );
    const inside = await area.within(session, [...new Set(named)]);
    return people.map((actual) => apart(actual, inside));
  }

  /**
   * The root and everything below it, from the last listing if it is recent. A newer department is missed;
   * this is safe, because a read confirms each absence.
   */
  async function* departmentsIn(session: Session): AsyncIterable<string> {
    const known =
      walked && deps.clock.monotonicMs() - walked.atMs < TREE_FRESH_MS ? walked.departments : undefined;
    walked = undefined;
    yield area.root;
    if (known) yield* known;
    else
      for await (const children of tree(session, area.root)) {
        const ids = children.map((child) => String(child.dept_id));
        area.learn(ids);
        yield* ids;
      }
  }

  async function* roles(context: WriteContext): AsyncIterable<ListPage> {
    const session = withRetries(client.open(context), deps, context.signal);
    try {
      const ours = (await roleGroups(session)).find((group) => group.name === options.roleGroup);
      if (ours && ours.roles.length > 0)
        yield { actuals: ours.roles.map((role) => roleActual(role.id, role.name)) };
    } catch (error) {
      throw withCalls(error, session);
    }
  }

  const findDepartment = (entityId: string, context: WriteContext): Promise<Found> =>
    departmentWith(withRetries(client.open(context), deps, context.signal), entityId, area.root);

  return { users, departments, roles, findDepartment };
}

interface Found {
  readonly actual: Actual | undefined;
  readonly calls: readonly TargetCall[];
}

/**
 * The department that carries our id. If the lists do not show the ids of ours, each department is read. This
 * is rare, and worth its cost for certainty that the department does not exist.
 */
async function departmentWith(session: Session, entityId: string, root: string): Promise<Found> {
  try {
    const records: JsonObject[] = [];
    for await (const children of tree(session, root, true)) {
      const found = children.find((record) => record.source_identifier === entityId);
      if (found) return { actual: departmentFromWire(found, false), calls: session.calls };
      records.push(...children);
    }
    if (records.some((record) => record.source_identifier !== undefined))
      return { actual: undefined, calls: session.calls };
    for (const record of records) {
      const told = resultOf(
        await session.call(API.departmentGet, { dept_id: Number(record.dept_id), language: "zh_CN" }),
      );
      if (told.source_identifier === entityId)
        return { actual: departmentFromWire(told, true), calls: session.calls };
    }
    return { actual: undefined, calls: session.calls };
  } catch (error) {
    throw withCalls(error, session);
  }
}

async function* peopleOf(
  session: Session,
  deptId: string,
  root: string,
): AsyncIterable<readonly JsonObject[]> {
  let cursor = 0;
  for (let page = 0; page < MAX_PAGES; page++) {
    // One page after the other, because each has the cursor of the next.
    const answer = await session
      .call(API.userList, { dept_id: Number(deptId), cursor, size: PAGE, language: "zh_CN" })
      .catch(deptId === root ? raised : goneSince);
    // The department was removed since it was listed, usually by us, so it has no people. A list alone never
    // proves that somebody is missing.
    if (answer === "gone") return;
    const result = resultOf(answer);
    yield objectsIn(result.list);
    if (!isTrue(result.has_more)) return;
    const next = Number(result.next_cursor);
    if (!(next > cursor)) break;
    cursor = next;
  }
  throw new TargetUnavailable(`the people of department ${deptId} never ended`, {
    answer: "no-end",
    reasonCode: "answerIncomplete",
  });
}

const goneSince = (error: unknown): "gone" => {
  if (error instanceof TargetNotFound) return "gone";
  throw error;
};

const raised = (error: unknown): never => {
  throw error;
};

/**
 * Children by parent, from the root down. A department that appears twice (it was moved meanwhile) is listed
 * once. One that was removed since it was listed has no children, but they may have been moved before; so
 * `isWhole` rejects in this case.
 */
async function* tree(session: Session, root: string, isWhole = false): AsyncIterable<readonly JsonObject[]> {
  const waiting = [root];
  const seen = new Set(waiting);
  for (let parent = waiting.shift(); parent !== undefined; parent = waiting.shift()) {
    const answer = await session
      .call(API.departmentChildren, { dept_id: Number(parent), language: "zh_CN" })
      .catch(parent === root || isWhole ? raised : goneSince);
    const children = objectsIn(answer === "gone" ? undefined : answer.result).filter(
      (child) => !isForeign(child) && !seen.has(String(child.dept_id)),
    );
    for (const child of children) {
      seen.add(String(child.dept_id));
      waiting.push(String(child.dept_id));
    }
    if (seen.size > MAX_DEPARTMENTS)
      throw new TargetUnavailable("the tree of departments never ended", {
        answer: "no-end",
        reasonCode: "answerIncomplete",
      });
    if (children.length > 0) yield children;
  }
}

/** A session that repeats reads a few times after a throttle or a short failure. */
function withRetries(session: Session, { clock, random }: ListingDeps, signal: AbortSignal): Session {
  return withCall(session, async (api, parameters) => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await session.call(api, parameters);
      } catch (error) {
        const pauseMs = pauseAfter(error, attempt, random());
        if (pauseMs === undefined || signal.aborted) throw error;
        await clock.sleep(pauseMs, signal);
      }
    }
  });
}

function pauseAfter(error: unknown, attempt: number, random: number): number | undefined {
  if (attempt >= TRIES - 1) return undefined;
  if (error instanceof TargetThrottled && error.retry.kind === "after")
    return error.retry.ms <= LONGEST_PAUSE_MS ? error.retry.ms : undefined;
  return error instanceof TargetUnavailable ? backoffMs(attempt, random, 500, LONGEST_PAUSE_MS) : undefined;
}
