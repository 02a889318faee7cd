import type pg from "pg";
import type { EntityRef } from "../../core/entity.ts";
import { isUuid, uuidv7 } from "../../core/id.ts";
import type { EventCode, HistoryEvent } from "../../history/event.ts";
import type { AdoptableKind, Adoption, AdoptionOperations, AdoptionState, Decision, DecisionEvent } from "../../reconcile/adopt/ports.ts";
import { strengthOf, type Tier } from "../../reconcile/adopt/rules.ts";
import { pageOf } from "../postgres/page.ts";
import { createParameters } from "../postgres/parameters.ts";
import { inTransaction, type Queryable, run, type Statement } from "../postgres/statement.ts";
import { isActivePerson, NAMES_OF_PERSON } from "../references.ts";
import type { Vault } from "../vault.ts";
import { appendEvent, FORGOTTEN, markDue, PRIORITY, wakeUp } from "../write-sql.ts";

/*
 * Decisions of operators about adoptions. A decision changes only links in the database. The runs that follow change the target, under the usual rules.
 */

const statement = (name: string, text: string): Statement => ({ name: `adopt-${name}`, text });

/** Decisions run one after another. Otherwise two decisions about one object at the target would not see each other. */
const LOCK = statement("lock", "select pg_advisory_xact_lock(hashtextextended('adoptions:' || $1::text, 0))");
const ONE = statement("one", "select * from adoptions where target = $1 and id = $2 for update");
const AT_TIER = statement("at-tier", "select id from adoptions where target = $1 and tier = $2 and state = 'proposed' order by id");
const PROPOSED = statement("proposed", "select count(*)::int as n from adoptions where target = $1 and state = 'proposed'");
/** Locks the state before the link, in the same order as runs do. */
const STATE = statement(
  "state",
  "select intent is not null as busy from entity_states where target = $1 and kind = $2 and entity_id = $3 for update",
);
/** True: the entity is still desired. The next run would remove a linked entity that is not desired. An outdated proposal must not lead to this. */
const WANTED: Readonly<Record<AdoptableKind, Statement>> = {
  user: statement(
    "wanted-person",
    `select 1 from users u where (u.id = $1 or u.person_id = $1) and ${isActivePerson("$1::uuid")} for share`,
  ),
  department: statement("wanted-department", "select 1 from departments d where d.id = $1 and d.present for share"),
};
/**
 * Takes the lease from a run that has observed the entity and not written yet, because its plan is outdated. Without a lease it sends nothing. Values that the
 * target refused before are sent again.
 */
const TAKE_LEASE = statement(
  "take-lease",
  `update entity_states s set lease = null, leased_until = null, worker = null, refused = null, cause = null
    where s.target = $1 and s.kind = $2 and s.entity_id = $3`,
);
/**
 * Makes the link. An intended link may be there from a create that was refused or never answered. If that create did make a second object, the comparison finds the
 * object by our id. `strangers` is true for a department, because its members are unknown: the department is not changed before a list has shown them.
 */
const LINK = statement(
  "link",
  `insert into links as l (target, kind, entity_id, remote_id, status, adopted, fresh, strangers)
   select $1, $2, $3::uuid, $4, 'owned', true, true, $2 = 'department'
    where not exists (select from links o where o.target = $1 and o.kind = $2 and o.remote_id = $4 and o.entity_id <> $3::uuid)
   on conflict (target, kind, entity_id) do update set remote_id = excluded.remote_id, status = 'owned', adopted = true, fresh = true,
     strangers = excluded.strangers, ${FORGOTTEN}, presence = null, containers = '{}', invitation = null
    where l.status = 'intended' returning 1`,
);
const UNLINK = statement(
  "unlink",
  `delete from links l where l.target = $1 and l.kind = $2 and l.entity_id = $3 and l.status = 'owned'
   returning l.remote_id, l.attributes->>'name' as name, l.attributes->>'title' as title`,
);
const DECIDE = statement(
  "decide",
  "update adoptions set state = $3, released = false, decided_at = $4, decided_by = $5 where target = $1 and id = $2 returning *",
);
/** Withdraws the other proposals for the entity and for the object. */
const WITHDRAW_RIVALS = statement(
  "withdraw-rivals",
  `delete from adoptions a where a.target = $1 and a.kind = $2 and a.id <> $3 and a.state in ('proposed', 'ambiguous')
     and (a.entity_id = $4 or a.remote_id = $5) returning a.entity_id`,
);
const RELEASE = statement(
  "release",
  `insert into adoptions as a (id, target, kind, entity_id, remote_id, tier, matched, state, released, listed, entity_name, remote_name, remote_title, decided_at, decided_by)
   select $6::uuid, $1, $2, $3::uuid, $4, 1, '{}', 'rejected', true, false,
     case $2 when 'user' then (select coalesce(${NAMES_OF_PERSON}) from people u where u.id = $3::uuid)
             else (select d.name from departments d where d.id = $3::uuid) end, $7, $8, $9, $5
   on conflict (target, kind, entity_id, remote_id) do update set state = 'rejected', released = true, decided_at = excluded.decided_at, decided_by = excluded.decided_by
   returning *`,
);
/** Parameters: 1 event, 2 kind, 3 ids, 4 targets. */
const FOLLOW = statement(
  "follow",
  `with event as (${appendEvent(1, "(select 1) as once")}),
  marked as (${markDue(
    `(select $2::text as kind, n.id as entity_id, ${PRIORITY.urgent}::smallint as priority, array[($1::json->>'id')::uuid] as causes from unnest($3::uuid[]) n(id)) m`,
    "$4::text[]",
  )}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken`,
);

interface Row extends pg.QueryResultRow {
  id: string;
  kind: AdoptableKind;
  entity_id: string;
  remote_id: string;
  tier: number;
  matched: string[];
  state: AdoptionState;
  released: boolean;
  entity_name: string | null;
  remote_name: string | null;
  remote_title: string | null;
  remote_departments: string[];
  decided_at: Date | null;
  decided_by: string | null;
}

type Work = (db: Queryable) => Promise<Decision>;

export function createAdoptionOperations(pool: pg.Pool, target: string, vault: Vault): AdoptionOperations {
  const transaction = (work: Work): Promise<Decision> =>
    inTransaction(pool, async (db) => {
      await run(db, LOCK, [target]);
      return work(db);
    });

  async function follow(db: Queryable, code: EventCode, about: Row, others: readonly string[], by: DecisionEvent): Promise<void> {
    const { kind, entity_id: id, remote_id: remoteId, tier, matched } = about;
    const event: HistoryEvent = {
      ...by,
      id: uuidv7(by.at.getTime()),
      code,
      target,
      subject: { kind, id },
      detail: { ...by.detail, adoption: about.id, tier, matched },
      personal: { remoteId },
    };
    const [row] = await vault.rows(db, [event]);
    await run(db, FOLLOW, [JSON.stringify(row), kind, [...new Set([id, ...others])], [target]]);
  }

  const accept = (id: string, by: DecisionEvent): Promise<Decision> =>
    transaction(async (db) => {
      const [row] = isUuid(id) ? await run<Row>(db, ONE, [target, id]) : [];
      if (!row) return { kind: "unknown" };
      if (row.state === "linked") return { kind: "refused", why: { kind: "decided" } };
      const ref: EntityRef = { kind: row.kind, id: row.entity_id };
      if ((await run(db, WANTED[row.kind], [ref.id])).length === 0) return { kind: "refused", why: { kind: "gone" } };
      if (await isBusy(db, target, ref)) return { kind: "refused", why: { kind: "busy" } };
      if ((await run(db, LINK, [target, ref.kind, ref.id, row.remote_id])).length === 0) return { kind: "refused", why: { kind: "taken" } };
      await run(db, TAKE_LEASE, [target, ref.kind, ref.id]);
      const [linked] = await run<Row>(db, DECIDE, [target, id, "linked", by.at, by.actor]);
      const rivals = await run<{ entity_id: string }>(db, WITHDRAW_RIVALS, [target, ref.kind, id, ref.id, row.remote_id]);
      await follow(
        db,
        "adoption.linked",
        linked!,
        rivals.map((each) => each.entity_id),
        by,
      );
      return { kind: "done", adoptions: [adoptionOf(linked!)] };
    });

  return {
    accept,

    async acceptTier(tier, count, by) {
      const rows = await run<{ id: string }>(pool, AT_TIER, [target, tier]);
      if (rows.length !== count) return { kind: "refused", why: { kind: "changed", count: rows.length } };
      const adoptions: Adoption[] = [];
      // One transaction for each adoption. A single transaction with thousands of them would block the loop.
      for (const { id } of rows) {
        const decision = await accept(id, by);
        if (decision.kind === "done") adoptions.push(...decision.adoptions);
      }
      return { kind: "done", adoptions };
    },

    reject: (id, by) =>
      transaction(async (db) => {
        const [row] = isUuid(id) ? await run<Row>(db, ONE, [target, id]) : [];
        if (!row) return { kind: "unknown" };
        if (row.state === "linked" || (row.state === "rejected" && !row.released)) return { kind: "refused", why: { kind: "decided" } };
        const [rejected] = await run<Row>(db, DECIDE, [target, id, "rejected", by.at, by.actor]);
        await follow(db, "adoption.rejected", rejected!, [], by);
        return { kind: "done", adoptions: [adoptionOf(rejected!)] };
      }),

    unlink: (ref, by) =>
      transaction(async (db) => {
        if (!isUuid(ref.id)) return { kind: "unknown" };
        if (await isBusy(db, target, ref)) return { kind: "refused", why: { kind: "busy" } };
        const [link] = await run<{ remote_id: string; name: string | null; title: string | null }>(db, UNLINK, [target, ref.kind, ref.id]);
        if (!link) return { kind: "unknown" };
        await run(db, TAKE_LEASE, [target, ref.kind, ref.id]);
        const id = uuidv7(by.at.getTime());
        const values = [target, ref.kind, ref.id, link.remote_id, by.actor, id, link.name, link.title, by.at];
        const [released] = await run<Row>(db, RELEASE, values);
        await follow(db, "adoption.unlinked", released!, [], by);
        return { kind: "done", adoptions: [adoptionOf(released!)] };
      }),

    list: (query) => listAdoptions(pool, target, query),

    async proposed() {
      const [row] = await run<{ n: number }>(pool, PROPOSED, [target]);
      return row!.n;
    },
  };
}

const isBusy = async (db: Queryable, target: string, { kind, id }: EntityRef): Promise<boolean> =>
  (await run<{ busy: boolean }>(db, STATE, [target, kind, id]))[0]?.busy ?? false;

async function listAdoptions(
  db: Queryable,
  target: string,
  { state, kind, tier, after, count }: Parameters<AdoptionOperations["list"]>[0],
): ReturnType<AdoptionOperations["list"]> {
  const parameters = createParameters([target]);
  const conditions = ["a.target = $1"];
  if (state) conditions.push(`a.state = ${parameters.add(state, "text")}`);
  if (kind) conditions.push(`a.kind = ${parameters.add(kind, "text")}`);
  if (tier !== undefined) conditions.push(`a.tier = ${parameters.add(tier, "bigint")}`);
  if (after !== undefined) conditions.push(`a.id > ${parameters.add(after, "uuid")}`);
  const limit = parameters.add(count + 1, "bigint");
  const text = `select a.* from adoptions a where ${conditions.join(" and ")} order by a.id limit ${limit}`;
  const rows = await run<Row>(db, { name: "", text }, parameters.values);
  const { items: adoptions, more } = pageOf(rows.map(adoptionOf), count, ({ id }) => id);
  return { adoptions, ...more };
}

function adoptionOf(row: Row): Adoption {
  const tier = row.tier as Tier; // only `propose` writes this column
  return {
    id: row.id,
    kind: row.kind,
    entity: { id: row.entity_id, ...(row.entity_name === null ? {} : { name: row.entity_name }) },
    remote: {
      id: row.remote_id,
      ...(row.remote_name === null ? {} : { name: row.remote_name }),
      ...(row.remote_title === null ? {} : { title: row.remote_title }),
      departments: row.remote_departments,
    },
    tier,
    strength: strengthOf(row.kind, tier),
    matched: row.matched,
    state: row.state,
    ...(row.decided_at ? { decidedAt: row.decided_at } : {}),
    ...(row.decided_by === null ? {} : { decidedBy: row.decided_by }),
  };
}
