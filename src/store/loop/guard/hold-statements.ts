import type pg from "pg";
import type { EntityKind } from "../../../core/entity.ts";
import { APPROVAL_HOURS, type Hold } from "../../../reconcile/guard/hold.ts";
import type { Statement } from "../../postgres/statement.ts";
import { NAME_OF_ENTITY, personWith } from "../../references.ts";
import { withMerged } from "../../write-sql.ts";

/* Statements about holds, for operators. */

/**
 * A digest of the members in any order: each member is hashed to 128 bits, and the hashes are combined with
 * XOR. Each value is hashed by the function of its own type, with the previous hash as its seed. Hashing them
 * as one text took four times as long (100,000 members on a busy machine: 220 ms instead of 55 ms).
 */
const HASH = (seed: number): string =>
  `lpad(to_hex(coalesce(bit_xor(hashint8extended(m.generation, uuid_hash_extended(m.entity_id, hashtextextended(m.action, hashtextextended(m.kind, ${seed}))))), 0)), 16, '0')`;

const HOLD = (from: string): string => `
  select h.id, h.state, h.limit_name as limit, h.hours as "windowHours", h.allowed, h.present, h.passed, h.approvals, h.opened_at as "openedAt",
    h.expires_at as "expiresAt", h.detail, c.count, c.digest
  from ${from} h cross join lateral (
    select count(*) as count, ${HASH(0)} || ${HASH(1)} as digest from hold_members m where m.hold_id = h.id) c`;

export const LIST: Statement = {
  name: "holds-list",
  text: `${HOLD(`(
    select * from holds h where h.target = $1 and ($2::text is null or h.state = $2)
       and ($3::uuid is null or (h.opened_at, h.id) < (select a.opened_at, a.id from holds a where a.id = $3))
     order by h.opened_at desc, h.id desc limit $4)`)} order by h.opened_at desc, h.id desc`,
};
export const GET: Statement = {
  name: "holds-get",
  text: HOLD("(select * from holds h where h.target = $1 and h.id = $2)"),
};
export const OPEN_COUNT: Statement = {
  name: "holds-open",
  text: "select count(*) as n from holds where target = $1 and state = 'open'",
};

export const MEMBERS: Statement = {
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

export const NOTE_APPROVALS: Statement = {
  name: "holds-note-approvals",
  text: "update holds set approvals = $2::json where id = $1",
};
export const APPROVE: Statement = {
  name: "holds-approve",
  text: `update holds set state = 'approved', approvals = $2::json, closed_at = now(), expires_at = now() + ${APPROVAL_HOURS} * interval '1 hour' where id = $1`,
};
export const REJECT: Statement = {
  name: "holds-reject",
  text: "update holds set state = 'rejected', denies = true, closed_at = now() where id = $1",
};

export interface HoldRow extends pg.QueryResultRow, Omit<Hold, "approvals" | "detail"> {
  readonly approvals: string;
  readonly detail: string | null;
}

export interface MemberRow extends pg.QueryResultRow {
  readonly kind: EntityKind;
  readonly id: string;
  readonly action: string;
  readonly done: boolean;
  readonly name: string | null;
  readonly causes: string;
}
