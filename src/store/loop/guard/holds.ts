import type pg from "pg";
import type { Clock } from "../../../core/clock.ts";
import type { EntityKind, JsonObject } from "../../../core/entity.ts";
import { isUuid } from "../../../core/id.ts";
import { type Agreement, APPROVAL_HOURS, type Approval, approval, type Hold, type HoldMember } from "../../../reconcile/guard/hold.ts";
import type { Decider, Decision, HoldOperations } from "../../../reconcile/guard/operations.ts";
import { pageOf } from "../../postgres/page.ts";
import type { Pool } from "../../postgres/pool.ts";
import { inTransaction, type Queryable, run, type Statement } from "../../postgres/statement.ts";
import { FIRST_REF } from "../../postgres/walk.ts";
import { NAME_OF_ENTITY, personWith } from "../../references.ts";
import { withMerged } from "../../write-sql.ts";
import { requeueMembers } from "./hold-ends.ts";
import { appendHoldEvents, holdEvent, lockGuard } from "./hold-members.ts";

/**
 * A digest of the members in any order: each member is hashed to 128 bits, and the hashes are combined with XOR. Each value is hashed by
 * the function of its own type, with the previous hash as its seed. Hashing them as one text took four times as long (100,000 members on a
 * busy machine: 220 ms instead of 55 ms).
 */
const HASH = (seed: number): string =>
  `lpad(to_hex(coalesce(bit_xor(hashint8extended(m.generation, uuid_hash_extended(m.entity_id, hashtextextended(m.action, hashtextextended(m.kind, ${seed}))))), 0)), 16, '0')`;

const HOLD = (from: string): string => `
  select h.id, h.state, h.limit_name as limit, h.hours as "windowHours", h.allowed, h.present, h.passed, h.approvals, h.opened_at as "openedAt",
    h.expires_at as "expiresAt", h.detail, c.count, c.digest
  from ${from} h cross join lateral (
    select count(*) as count, ${HASH(0)} || ${HASH(1)} as digest from hold_members m where m.hold_id = h.id) c`;

const LIST: Statement = {
  name: "holds-list",
  text: `${HOLD(`(
    select * from holds h where h.target = $1 and ($2::text is null or h.state = $2)
       and ($3::uuid is null or (h.opened_at, h.id) < (select a.opened_at, a.id from holds a where a.id = $3))
     order by h.opened_at desc, h.id desc limit $4)`)} order by h.opened_at desc, h.id desc`,
};
const GET: Statement = { name: "holds-get", text: HOLD("(select * from holds h where h.target = $1 and h.id = $2)") };
const OPEN_COUNT: Statement = { name: "holds-open", text: "select count(*) as n from holds where target = $1 and state = 'open'" };

const MEMBERS: Statement = {
  name: "holds-members",
  text: `select m.kind, m.entity_id as id, m.action, m.done, ${NAME_OF_ENTITY} as name, (
      select coalesce(json_agg(json_build_object('event', e.id, 'requestId', e.request_id, 'actor', e.actor) order by e.id), '[]')
        from ${withMerged("m.causes")} c join history e on e.id = c.id where e.code <> 'marks.merged') as causes
    from (select * from hold_members where hold_id = $2 and (kind, entity_id) > ($3, $4::uuid) order by kind, entity_id limit $5) m
    left join ${personWith("m.entity_id", "m.kind = 'user'")} u on true
    left join groups g on m.kind in ('group', 'role') and g.id = m.entity_id
    left join departments d on m.kind = 'department' and d.id = m.entity_id
    left join links l on l.target = $1 and l.kind = m.kind and l.entity_id = m.entity_id
    left join removed_people r on m.kind = 'user' and r.target = $1 and r.entity_id = m.entity_id
    order by m.kind, m.entity_id`,
};

const NOTE_APPROVALS: Statement = { name: "holds-note-approvals", text: "update holds set approvals = $2::json where id = $1" };
const APPROVE: Statement = {
  name: "holds-approve",
  text: `update holds set state = 'approved', approvals = $2::json, closed_at = now(), expires_at = now() + ${APPROVAL_HOURS} * interval '1 hour' where id = $1`,
};
const REJECT: Statement = {
  name: "holds-reject",
  text: "update holds set state = 'rejected', denies = true, closed_at = now() where id = $1",
};

interface HoldRow extends pg.QueryResultRow, Omit<Hold, "approvals" | "detail"> {
  readonly approvals: string;
  readonly detail: string | null;
}

interface MemberRow extends pg.QueryResultRow {
  readonly kind: EntityKind;
  readonly id: string;
  readonly action: string;
  readonly done: boolean;
  readonly name: string | null;
  readonly causes: string;
}

/** Holds of one target, for operators. */
export function createHolds(pool: Pool, target: string, clock: Clock): HoldOperations {
  const get = async (db: Queryable, id: string): Promise<Hold | undefined> =>
    isUuid(id) ? (await run<HoldRow>(db, GET, [target, id])).map(holdOf)[0] : undefined;

  /** Decides about a hold under the lock of holds, so that no member can join or leave meanwhile. */
  const decide = (id: string, work: (db: Queryable, hold: Hold) => Promise<Decision["kind"]>): Promise<Decision> =>
    inTransaction(pool, async (db) => {
      await lockGuard(db, target);
      const hold = await get(db, id);
      if (!hold) return { kind: "unknown" };
      const kind = await work(db, hold);
      return kind === "unknown" ? { kind } : { kind, hold: (await get(db, id))! };
    });

  const told = (
    db: Queryable,
    code: "hold.approved" | "hold.rejected",
    hold: Hold,
    { name: _name, detail, ...by }: Decider,
    more: JsonObject = {},
  ) =>
    appendHoldEvents(db, [
      holdEvent(code, {
        target,
        at: clock.now(),
        by,
        detail: { hold: hold.id, limit: hold.limit, count: hold.count, passed: hold.passed, digest: hold.digest, ...more, ...detail },
      }),
    ]);

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
      const decision = await decide(id, async (db, hold) => {
        const verdict = approval(hold, agreement, { by: operator.name ?? operator.actor, at: clock.now(), alone });
        switch (verdict.kind) {
          case "moved":
            return "moved";
          case "needsSecond":
            await run(db, NOTE_APPROVALS, [id, JSON.stringify(verdict.approvals)]);
            await told(db, "hold.approved", hold, operator, { needsSecondApproval: true });
            return "needsSecond";
          case "approved": {
            const approvals: readonly Approval[] = [
              ...hold.approvals,
              { by: operator.name ?? operator.actor, at: clock.now().toISOString(), digest: hold.digest },
            ];
            await run(db, APPROVE, [id, JSON.stringify(approvals)]);
            await told(db, "hold.approved", hold, operator, { approvals: approvals.map(({ by, at }) => ({ by, at })) });
            return "decided";
          }
        }
      });
      if (decision.kind === "decided") await requeueMembers(pool, target, id);
      return decision;
    },

    reject: (id, agreement, operator) =>
      decide(id, async (db, hold) => {
        if (hold.state !== "open" || !isMeant(hold, agreement)) return "moved";
        await run(db, REJECT, [id]);
        await told(db, "hold.rejected", hold, operator);
        return "decided";
      }),
  };
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
    causes: known.map(({ event, requestId, actor }) => ({ event, actor, ...(requestId === null ? {} : { requestId }) })),
  };
}
