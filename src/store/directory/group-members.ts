import type pg from "pg";
import { isUuid } from "../../core/id.ts";
import type { Fact, MembersChanged } from "../../directory/ports.ts";
import { isItemFailure } from "../postgres/app-errors.ts";
import { batched, REQUEST_MS } from "../postgres/batch.ts";
import { inTransaction, type Queryable, run, type Statement } from "../postgres/statement.ts";
import { personOf } from "../references.ts";
import type { EventRow, Vault } from "../vault.ts";
import { markDue, PRIORITY, wakeUp } from "../write-sql.ts";
import { type GroupRow, groupOf } from "./group-rows.ts";

/** The people whom one request adds to a group and removes from it. */
export interface MembersDelta {
  readonly sourceId: string;
  readonly id: string;
  readonly add: readonly string[];
  readonly remove: readonly string[];
  /**
   * Groups that were added and removed before in the same transaction. The event lists them together with the
   * people.
   */
  readonly groups?: { readonly joined: readonly string[]; readonly left: readonly string[] };
  /**
   * The same transaction has changed the document of the group. This counts as a change, and the group is
   * marked.
   */
  readonly documentChanged: boolean;
  /** The change is made only if the group has this version. Undefined: any version. */
  readonly expected: number | undefined;
  readonly at: Date;
  /** The event as it is stored, without `members`. */
  readonly event: EventRow;
}

/**
 * `nested`: an id in `remove` belongs to a group, and nothing was changed. The caller must use the way for
 * nested groups (nesting.ts).
 */
export type DeltaResult = MembersChanged | "nested";

export interface MemberChanges {
  /** Makes a change. Concurrent changes may share a commit. */
  change(delta: Omit<MembersDelta, "event"> & { readonly fact: Fact }): Promise<DeltaResult>;
  /** Makes a change as a part of the transaction of this connection. */
  changeIn(client: Queryable, delta: MembersDelta): Promise<DeltaResult>;
}

/**
 * The ids of the groups, as an additional condition of each join. With it, a plan from the time when a table
 * was small still finds rows by key.
 */
const IDS = "array(select g.group_id from given g)";

/**
 * Changes the members of any groups in one statement. It touches only the rows that the changes name. Its
 * steps: lock the rows of the groups; refuse a whole change that has unknown ids; insert and delete
 * memberships; raise the version for each effective change, in the given order; complete each event with the
 * members who really joined and left; mark these people, and the group if its document changed; wake the
 * worker. Clients add people one by one to a group, and the row of the group admits one writer at a time.
 * Changes that share a commit wait for the row only once.
 */
const CHANGE: Statement = {
  name: "group-members",
  text: `with given as (
    select * from json_to_recordset($1::json) as g(
      n integer, group_id uuid, source_id uuid, at timestamptz, add uuid[], remove uuid[], joined_groups uuid[], left_groups uuid[], event json, document_changed boolean, expected bigint)),
  held as (
    select h.id, h.source_id, h.version, h.created_at, h.modified_at, h.document
      from groups h where h.id = any (${IDS}) order by h.id for update),
  change as (
    select g.*, h.version, h.created_at, h.modified_at, h.document from given g join held h on h.id = g.group_id and h.source_id = g.source_id),
  missing as (
    select distinct c.n, a.id from change c cross join unnest(c.add) as a(id)
     where (select u.id from users u where u.id = a.id and u.source_id = c.source_id limit 1) is null),
  nested as (
    select c.n from change c
     where (select k.child_id from group_children k where k.group_id = c.group_id and k.child_id = any(c.remove) limit 1) is not null),
  fit as (
    select * from change c
     where (c.expected is null or c.version = c.expected)
       and not exists (select 1 from missing m where m.n = c.n) and not exists (select 1 from nested s where s.n = c.n)),
  adds as (select distinct f.n, f.group_id, a.id as user_id from fit f cross join unnest(f.add) as a(id)),
  removes as (select distinct f.n, f.group_id, r.id as user_id from fit f cross join unnest(f.remove) as r(id)),
  joined as (
    insert into group_members (group_id, user_id) select a.group_id, a.user_id from adds a order by a.group_id, a.user_id
    on conflict do nothing returning group_id, user_id),
  departed as (
    delete from group_members m using removes r
     where m.group_id = any (${IDS}) and m.user_id = any (array(select r.user_id from removes r))
       and m.group_id = r.group_id and m.user_id = r.user_id returning m.group_id, m.user_id),
  moved as (
    select a.n, a.user_id, true as came from adds a join joined j on j.group_id = a.group_id and j.user_id = a.user_id
    union all
    select r.n, r.user_id, false from removes r join departed d on d.group_id = r.group_id and d.user_id = r.user_id),
  moves as (
    select m.n, jsonb_strip_nulls(jsonb_build_object(
             'before', jsonb_agg(m.user_id) filter (where not m.came), 'after', jsonb_agg(m.user_id) filter (where m.came))) as members
      from (select n, user_id, came from moved
            union all select f.n, j.id, true from fit f cross join unnest(f.joined_groups) as j(id)
            union all select f.n, l.id, false from fit f cross join unnest(f.left_groups) as l(id)) m group by m.n),
  judged as (
    select f.n, f.group_id, f.version, f.at, f.event, f.document_changed, s.members, f.document_changed or s.n is not null as changed
      from fit f left join moves s on s.n = f.n),
  outcome as (
    select j.*, j.version + count(*) filter (where j.changed) over sequence as new_version,
           max(j.at) filter (where j.changed) over sequence as new_modified_at
      from judged j window sequence as (partition by j.group_id order by j.n)),
  done as (
    update groups g set version = o.version, modified_at = o.at
      from (select group_id, max(new_version) as version, max(new_modified_at) as at from outcome where changed group by group_id) o
     where g.id = any (${IDS}) and g.id = o.group_id),
  event as (
    insert into history
    select e.id, e.at, e.code, e.actor, e.source_id, e.request_id, e.causes, e.subject_kind, e.subject, e.target, e.attempt, e.outcome, null, e.detail,
           case when o.members is null then e.attributes else e.attributes || '{members}' end, o.members::json, e.sealed
      from outcome o cross join json_populate_record(null::history, o.event) e where o.changed),
  marked as (${markDue(
    `(select 'user'::text as kind, ${personOf("m.user_id")} as entity_id, ${PRIORITY.person}::smallint as priority, array_agg((o.event->>'id')::uuid) as causes
        from moved m join outcome o on o.n = m.n group by 2
      union all
      select 'group', o.group_id, ${PRIORITY.structure}::smallint, array_agg((o.event->>'id')::uuid)
        from outcome o where o.document_changed group by o.group_id) m`,
    "$2::text[]",
  )}),
  woken as (${wakeUp("marked")})
  select c.n, c.group_id as id, c.version as held_version, coalesce(o.new_version, c.version) as version, o.changed, c.created_at::text,
         coalesce(o.new_modified_at, c.modified_at)::timestamptz(3)::text as modified_at, c.document,
         (select array_agg(m.id) from missing m where m.n = c.n) as missing, exists (select 1 from nested s where s.n = c.n) as nested,
         (select count(*) from woken) as woken
    from change c left join outcome o on o.n = c.n`,
};

/**
 * The group with the document that it had when its row was locked, the version and time after the change, and
 * the result of the change.
 */
interface ChangedRow extends GroupRow {
  n: number;
  held_version: number;
  changed: boolean | null;
  missing: string[] | null;
  nested: boolean;
}

export function createMemberChanges(pool: pg.Pool, targets: readonly string[], vault: Vault): MemberChanges {
  async function changeAll(db: Queryable, deltas: readonly MembersDelta[]): Promise<readonly DeltaResult[]> {
    const rows = await run<ChangedRow>(db, CHANGE, [`[${deltas.map(givenRow).join(",")}]`, targets]);
    const byNumber = new Map(rows.map((row) => [row.n, row]));
    return deltas.map((delta, n) => resultOf(delta, byNumber.get(n)));
  }

  const together = batched((deltas: readonly MembersDelta[]) => changeAll(pool, deltas), {
    isolates: isItemFailure,
    fits: sharesNoMember,
    answerWithinMs: REQUEST_MS,
  });
  const changeIn = async (client: Queryable, delta: MembersDelta): Promise<DeltaResult> => {
    if (isLong(delta)) await run(client, WITHOUT_LOOPS, []);
    return (await changeAll(client, [delta]))[0]!;
  };
  /** For large changes: a transaction of its own has a longer time limit. */
  const alone = (delta: MembersDelta): Promise<DeltaResult> =>
    inTransaction(pool, (client) => changeIn(client, delta));

  return {
    async change({ fact, ...given }) {
      const refused = malformed(given);
      if (refused) return refused;
      const [event] = await vault.rows(pool, [fact.event]);
      const delta = { ...given, event: event! };
      return isLarge(delta) ? alone(delta) : together(delta);
    },
    changeIn: async (client, delta) => malformed(delta) ?? changeIn(client, delta),
  };
}

/**
 * The planner expects few rows in a list given as JSON, and may choose nested loops over thousands of rows.
 * Then a change of 5,000 members takes more than ten seconds instead of 0.25 s. The setting is valid for the
 * rest of the transaction.
 */
const WITHOUT_LOOPS: Statement = { name: "members-without-loops", text: "set local enable_nestloop = off" };

function malformed({ add }: Pick<MembersDelta, "add">): MembersChanged | undefined {
  const nobody = add.filter((member) => !isUuid(member));
  return nobody.length > 0 ? { kind: "missing", ids: nobody } : undefined;
}

const givenRow = (
  { sourceId, id, add, remove, groups, documentChanged, expected, at, event }: MembersDelta,
  n: number,
): string => {
  const nested = { joined_groups: groups?.joined, left_groups: groups?.left };
  const row = {
    n,
    group_id: id,
    source_id: sourceId,
    at,
    add,
    remove: remove.filter(isUuid),
    ...nested,
    document_changed: documentChanged,
    expected,
  };
  return `${JSON.stringify(row).slice(0, -1)},"event":${JSON.stringify(event)}}`;
};

function resultOf({ expected }: MembersDelta, row: ChangedRow | undefined): DeltaResult {
  if (!row) return { kind: "gone" };
  if (expected !== undefined && row.held_version !== expected) return { kind: "moved" };
  if (row.missing) return { kind: "missing", ids: row.missing };
  if (row.nested) return "nested";
  return { kind: row.changed ? "changed" : "unchanged", group: groupOf(row) };
}

/** A change of more members than this does not share a statement. */
const FEW = 50;

/**
 * True: the change may join the batch. All changes of a statement see the members before it, so two of them
 * must not name the same person of the same group.
 */
function sharesNoMember(batch: readonly MembersDelta[], delta: MembersDelta): boolean {
  return batch.every(
    (other) =>
      other.id !== delta.id ||
      (other.expected === undefined && delta.expected === undefined && areOthers(other, delta)),
  );
}

const isLarge = ({ add, remove }: MembersDelta): boolean => add.length + remove.length > FEW;

/** Above this number, reading a whole table costs less than the worst plan. */
const LONG = 1_000;
const isLong = ({ add, remove }: MembersDelta): boolean => add.length + remove.length > LONG;

function areOthers(one: MembersDelta, other: MembersDelta): boolean {
  const named = new Set([...one.add, ...one.remove].map(folded));
  return ![...other.add, ...other.remove].some((id) => named.has(folded(id)));
}

/** UUIDs are compared without regard to the case of their digits. */
const folded = (id: string): string => id.toLowerCase();
