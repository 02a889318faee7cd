import type pg from "pg";
import { uuidv7 } from "../../core/id.ts";
import type { HistoryEvent } from "../../history/event.ts";
import { pairKey } from "../../reconcile/adopt/match.ts";
import type { AdoptionStore, Listing, Proposal, TreeNode } from "../../reconcile/adopt/ports.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { inSlices } from "../postgres/walk.ts";
import { isActivePerson } from "../references.ts";
import type { Vault } from "../vault.ts";
import { markDue, PRIORITY, wakeUp } from "../write-sql.ts";

/*
 * Proposals for adoption: which of our entities an object at the target may be. Also the queries that the
 * search for proposals needs.
 */

const PEOPLE_SLICE = 500;
const PROPOSALS_SLICE = 500;

const statement = (name: string, text: string): Statement => ({ name: `adopt-${name}`, text });

const UNLINKED_PEOPLE = statement(
  "unlinked-people",
  `select u.id from people u where u.active and u.id > $2
     and not exists (select from links l where l.target = $1 and l.kind = 'user' and l.entity_id = u.id and (l.status = 'owned' or l.invitation is not null))
   order by u.id limit ${PEOPLE_SLICE}`,
);
const TREE = statement(
  "tree",
  `select d.id, d.name, d.parent_id,
     (select l.remote_id from links l where l.target = $1 and l.kind = 'department' and l.entity_id = d.id and l.status = 'owned') as remote_id,
     array(select v.id from placements p join groups g on g.id = p.group_id cross join lateral (values (g.id::text), (g.external_id)) v(id)
            where p.target = $1 and p.department_id = d.id and v.id is not null) as ids
   from departments d where d.target = $1 and d.present order by d.id`,
);
const REJECTED = statement(
  "rejected",
  "select entity_id, remote_id from adoptions where target = $1 and kind = $2 and state = 'rejected'",
);

/**
 * True: the adoption `a` is undecided, or its decision has no effect any more, because the link is gone and
 * both sides are free.
 */
const OPEN = `(a.state in ('proposed', 'ambiguous') or a.state = 'linked' and not exists (
  select from links l where l.target = a.target and l.kind = a.kind and l.entity_id = a.entity_id and l.status = 'owned'))`;

/**
 * Parameters: 1 targets, 2 rows, 3 id of the list. A new proposal gets an event and a mark. A known proposal
 * is updated.
 */
const PROPOSE = statement(
  "propose",
  `with given as (
    select * from json_to_recordset($2::json) as w(at int, id uuid, kind text, entity_id uuid, remote_id text, tier int, matched text[], state text,
      entity_name text, remote_name text, remote_title text, remote_departments text[], listed boolean, event json)),
  before as (
    select g.at from given g join adoptions a on a.target = ($1::text[])[1] and a.kind = g.kind and a.entity_id = g.entity_id and a.remote_id = g.remote_id
     where a.state in ('proposed', 'ambiguous')),
  put as (
    insert into adoptions as a (id, target, kind, entity_id, remote_id, tier, matched, state, entity_name, remote_name, remote_title, remote_departments, listed, seen)
    select id, ($1::text[])[1], kind, entity_id, remote_id, tier, matched, state, entity_name, remote_name, remote_title, remote_departments, listed, $3
      from given order by kind, entity_id, remote_id
    on conflict (target, kind, entity_id, remote_id) do update set tier = excluded.tier, matched = excluded.matched, state = excluded.state,
      entity_name = excluded.entity_name, remote_name = excluded.remote_name, remote_title = excluded.remote_title,
      remote_departments = excluded.remote_departments, listed = excluded.listed or a.listed, seen = greatest(excluded.seen, a.seen), decided_at = null, decided_by = null
     where ${OPEN}
    returning id, kind, entity_id, remote_id),
  named as (
    select g.at, p.id, g.event, g.listed, p.kind, p.entity_id, not exists (select from before b where b.at = g.at) as news
      from put p join given g on g.kind = p.kind and g.entity_id = p.entity_id and g.remote_id = p.remote_id),
  event as (insert into history select e.* from named w cross join json_populate_record(null::history, w.event) e where w.news),
  marked as (${markDue(
    `(select n.kind, n.entity_id, ${PRIORITY.person}::smallint as priority, array_agg((n.event->>'id')::uuid) as causes from named n where n.news and n.listed group by n.kind, n.entity_id) m`,
    "$1::text[]",
  )}),
  woken as (${wakeUp("marked")})
  select at, id, (select count(*) from woken) as woken from named order by at`,
);
/**
 * Withdraws the proposals that the list has not confirmed. Parameters: 1 targets, 2 id of the list, 3 causes,
 * 4 remote ids of unlinked people at the target. The proposal for a leaver stays while the object exists: a
 * leaver is not matched any more, but the account may still be there.
 */
const WITHDRAW = statement(
  "withdraw",
  `with gone as (
    delete from adoptions a where a.target = ($1::text[])[1] and a.state in ('proposed', 'ambiguous') and (a.seen is null or a.seen < $2::uuid)
      and (a.listed or exists (select from links l where l.target = a.target and l.kind = a.kind and l.entity_id = a.entity_id and l.status = 'owned'))
      and (a.kind <> 'user' or a.remote_id <> all($4::text[]) or ${isActivePerson("a.entity_id")})
    returning kind, entity_id),
  marked as (${markDue(`(select distinct kind, entity_id, ${PRIORITY.person}::smallint as priority, $3::uuid[] as causes from gone) m`, "$1::text[]")}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken`,
);
const MARK_UNMANAGED_INSIDE = statement(
  "strangers",
  `with changed as (
    update links l set strangers = l.remote_id = any($2::text[])
     where l.target = ($1::text[])[1] and l.kind = 'department' and l.adopted and l.strangers is distinct from (l.remote_id = any($2::text[]))
    returning entity_id),
  marked as (${markDue(
    `(select 'department'::text as kind, entity_id, ${PRIORITY.structure}::smallint as priority, $3::uuid[] as causes from changed) m`,
    "$1::text[]",
  )}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken`,
);

interface NodeRow extends pg.QueryResultRow {
  id: string;
  name: string;
  parent_id: string | null;
  remote_id: string | null;
  ids: string[];
}

export function createAdoptionStore(pool: pg.Pool, target: string, vault: Vault): AdoptionStore {
  async function put(
    proposals: readonly Proposal[],
    listing: Listing,
    listed: boolean,
  ): Promise<readonly (string | undefined)[]> {
    const events = proposals.map((proposal) => eventOf(proposal, target, listing.origin));
    const sealed = await vault.rows(pool, events);
    const rows = proposals.map((proposal, at) => ({
      ...rowOf(proposal, { at, listed, event: events[at]! }),
      event: sealed[at]!,
    }));
    const ids = new Map<number, string>();
    for (const { at, id } of await run<{ at: number; id: string }>(pool, PROPOSE, [
      [target],
      JSON.stringify(rows),
      listing.id,
    ]))
      ids.set(at, id);
    return proposals.map((_, at) => ids.get(at));
  }

  return {
    async *unlinkedPeople() {
      for await (const rows of inSlices(pool, UNLINKED_PEOPLE, PEOPLE_SLICE, (last) => [target, last]))
        yield rows.map(({ id }) => id);
    },

    async treeNodes() {
      const rows = await run<NodeRow>(pool, TREE, [target]);
      return rows.map(
        ({ id, name, parent_id, remote_id, ids }): TreeNode => ({
          id,
          name,
          parentId: parent_id ?? undefined,
          remoteId: remote_id ?? undefined,
          ids: [id, ...ids],
        }),
      );
    },

    async rejected(kind) {
      const rows = await run<{ entity_id: string; remote_id: string }>(pool, REJECTED, [target, kind]);
      return new Set(rows.map(({ entity_id, remote_id }) => pairKey(entity_id, remote_id)));
    },

    async propose(proposals, listing) {
      const ids: (string | undefined)[] = [];
      for (let start = 0; start < proposals.length; start += PROPOSALS_SLICE)
        ids.push(...(await put(proposals.slice(start, start + PROPOSALS_SLICE), listing, true)));
      return ids;
    },

    async withdrawOthers({ id, origin }, there) {
      await run(pool, WITHDRAW, [[target], id, origin.causes, there]);
    },

    async proposeOne(proposal, origin) {
      await put([proposal], { id: uuidv7(origin.at.getTime()), origin }, false);
    },

    async markUnmanagedInside(remoteIds, causes) {
      await run(pool, MARK_UNMANAGED_INSIDE, [[target], remoteIds, causes]);
    },
  };
}

interface RowPlace {
  readonly at: number;
  readonly listed: boolean;
  readonly event: ProposedEvent;
}

type ProposedEvent = HistoryEvent & { readonly detail: { readonly adoption: string } };

const eventOf = (
  { kind, entity, remote, tier, matched, state }: Proposal,
  target: string,
  origin: Listing["origin"],
): ProposedEvent => ({
  ...origin,
  id: uuidv7(origin.at.getTime()),
  code: "adoption.proposed",
  target,
  subject: { kind, id: entity.id },
  detail: { adoption: uuidv7(origin.at.getTime()), tier, matched, state },
  personal: { remoteId: remote.id },
});

function rowOf({ kind, entity, remote, tier, matched, state }: Proposal, { at, listed, event }: RowPlace) {
  return {
    at,
    id: event.detail.adoption,
    kind,
    entity_id: entity.id,
    remote_id: remote.id,
    tier,
    matched,
    state,
    entity_name: entity.name,
    remote_name: remote.name,
    remote_title: remote.title,
    remote_departments: remote.departments,
    listed,
  };
}
