import type { Clock } from "../../../core/clock.ts";
import type { JsonObject } from "../../../core/entity.ts";
import { isUuid } from "../../../core/id.ts";
import {
  type Agreement,
  type Approval,
  approval,
  type Hold,
  type HoldMember,
} from "../../../reconcile/guard/hold.ts";
import type { Decider, Decision, HoldOperations } from "../../../reconcile/guard/operations.ts";
import { pageOf } from "../../postgres/page.ts";
import type { Pool } from "../../postgres/pool.ts";
import { inTransaction, type Queryable, run } from "../../postgres/statement.ts";
import { FIRST_REF } from "../../postgres/walk.ts";
import { requeueMembers } from "./hold-ends.ts";
import { appendHoldEvents, holdEvent, lockGuard } from "./hold-members.ts";
import {
  APPROVE,
  GET,
  type HoldRow,
  LIST,
  MEMBERS,
  type MemberRow,
  NOTE_APPROVALS,
  OPEN_COUNT,
  REJECT,
} from "./hold-statements.ts";

/** Holds of one target, for operators. */
export function createHolds(pool: Pool, target: string, clock: Clock): HoldOperations {
  const get = async (db: Queryable, id: string): Promise<Hold | undefined> =>
    isUuid(id) ? (await run<HoldRow>(db, GET, [target, id])).map(holdOf)[0] : undefined;

  /** Decides about a hold under the lock of holds, so that no member can join or leave meanwhile. */
  const decide = (
    id: string,
    work: (db: Queryable, hold: Hold) => Promise<Decision["kind"]>,
  ): Promise<Decision> =>
    inTransaction(pool, async (db) => {
      await lockGuard(db, target);
      const hold = await get(db, id);
      if (!hold) return { kind: "unknown" };
      const kind = await work(db, hold);
      return kind === "unknown" ? { kind } : { kind, hold: (await get(db, id))! };
    });

  const record = (db: Queryable, decided: Decided): Promise<void> =>
    recordDecision(db, { target, at: clock.now() }, decided);

  return {
    async list({ state, after, count }) {
      const known = after === undefined || isUuid(after) ? after : undefined;
      const rows = await run<HoldRow>(pool, LIST, [target, state, known, count + 1]);
      const { items: holds, more } = pageOf(rows.map(holdOf), count, ({ id }) => id);
      return { holds, ...more };
    },

    get: (id) => get(pool, id),

    async members(id, { after, count }) {
      const [kind = FIRST_REF.kind, entityId = FIRST_REF.id] = after?.split(":") ?? [];
      const rows = await run<MemberRow>(pool, MEMBERS, [target, id, kind, entityId, count + 1]);
      const { items: members, more } = pageOf(rows.map(memberOf), count, (last) => `${last.kind}:${last.id}`);
      return { members, ...more };
    },

    async openCount() {
      return (await run<{ n: number }>(pool, OPEN_COUNT, [target]))[0]!.n;
    },

    async approve(id, agreement, operator, { alone }) {
      const at = clock.now();
      const decision = await decide(id, async (db, hold) => {
        const verdict = approval(hold, agreement, { by: operator.name ?? operator.actor, at, alone });
        if (verdict.kind === "moved") return "moved";
        if (verdict.kind === "needsSecond") {
          await run(db, NOTE_APPROVALS, [id, JSON.stringify(verdict.approvals)]);
          await record(db, { code: "hold.approved", hold, operator, more: { needsSecondApproval: true } });
          return "needsSecond";
        }
        const own: Approval = {
          by: operator.name ?? operator.actor,
          at: at.toISOString(),
          digest: hold.digest,
        };
        const approvals = [...hold.approvals, own];
        await run(db, APPROVE, [id, JSON.stringify(approvals)]);
        const more = { approvals: approvals.map(({ by, at }) => ({ by, at })) };
        await record(db, { code: "hold.approved", hold, operator, more });
        return "decided";
      });
      if (decision.kind === "decided") await requeueMembers(pool, target, id);
      return decision;
    },

    reject: (id, agreement, operator) =>
      decide(id, async (db, hold) => {
        if (hold.state !== "open" || !isMeant(hold, agreement)) return "moved";
        await run(db, REJECT, [id]);
        await record(db, { code: "hold.rejected", hold, operator });
        return "decided";
      }),
  };
}

interface Decided {
  readonly code: "hold.approved" | "hold.rejected";
  readonly hold: Hold;
  readonly operator: Decider;
  readonly more?: JsonObject;
}

function recordDecision(
  db: Queryable,
  { target, at }: { readonly target: string; readonly at: Date },
  { code, hold, operator, more = {} }: Decided,
): Promise<void> {
  const { name: _name, detail, ...by } = operator;
  const { id, limit, count, passed, digest } = hold;
  const about = { hold: id, limit, count, passed, digest, ...more, ...detail };
  return appendHoldEvents(db, [holdEvent(code, { target, at, by, detail: about })]);
}

const isMeant = (hold: Hold, { digest = hold.digest, count = hold.count }: Agreement): boolean =>
  digest === hold.digest && count === hold.count;

const holdOf = ({ approvals, detail, ...row }: HoldRow): Hold => ({
  ...row,
  approvals: JSON.parse(approvals) as Approval[],
  ...(detail === null ? {} : { detail: JSON.parse(detail) as JsonObject }),
});

function memberOf({ kind, id, action, done, name, causes }: MemberRow): HoldMember {
  const known = JSON.parse(causes) as { event: string; requestId: string | null; actor: string }[];
  return {
    kind,
    id,
    name: name ?? undefined,
    action,
    done,
    causes: known.map(({ event, requestId, actor }) => ({
      event,
      actor,
      ...(requestId === null ? {} : { requestId }),
    })),
  };
}
