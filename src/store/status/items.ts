import type pg from "pg";
import type { EntityKind } from "../../core/entity.ts";
import { isUuid } from "../../core/id.ts";
import type { LoopReason } from "../../reconcile/reasons.ts";
import type { HeldBy, Planned, SyncState } from "../../reconcile/run/end/run-end.ts";
import type { ItemQuery, SyncItem, SyncOperations } from "../../reconcile/status.ts";
import type { Note } from "../../reconcile/target-values.ts";
import { pageOf } from "../postgres/page.ts";
import { createParameters } from "../postgres/parameters.ts";
import type { Pool } from "../postgres/pool.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { FIRST_REF } from "../postgres/walk.ts";
import { NAME_OF_ENTITY, personOf, personWith } from "../references.ts";
import { appendEvent, causedBy, eventRow, wakeUp } from "../write-sql.ts";
import { hasFewOwners, idsMeantBy, peopleMeantIn } from "./item-search.ts";
import { readRemoteNames } from "./reasons.ts";

/** SQL for the name of the person or department that has the conflicting value. */
const HOLDER_NAME = `case when s.holder is not null then coalesce(
  (select coalesce(h.document->>'displayName', h.user_name) from people h where h.id = (s.holder->>'id')::uuid),
  (select h.name from departments h where h.id = (s.holder->>'id')::uuid)) end`;

/**
 * SQL for the entities that this one waits for, with their names. `waiting_on` has only ids; the kinds come
 * from the states with these ids.
 */
const AWAITED = `case when s.waiting_on <> '{}' then (
    select json_agg(json_build_object('kind', o.kind, 'id', o.entity_id, 'name', o.name)) from (
      select w.kind, w.entity_id, coalesce(wu.document->>'displayName', wu.user_name, wg.display_name, wd.name) as name
        from unnest(s.waiting_on) as a(id)
        cross join unnest('{user,group,department,role}'::text[]) as k(kind)
        join entity_states w on w.target = s.target and w.kind = k.kind and w.entity_id = a.id
        left join ${personWith("w.entity_id", "w.kind = 'user'")} wu on true
        left join groups wg on w.kind in ('group', 'role') and wg.id = w.entity_id
        left join departments wd on w.kind = 'department' and wd.id = w.entity_id
       order by w.kind, w.entity_id limit 20) o) end`;

/** The only reason that an entity in sync can have. The index of grace periods finds it. */
const IN_GRACE: LoopReason = "inGrace";
const IN_GRACE_NOW = `s.kind = 'user' and s.entity_id in (
  select e.entity_id from links e where e.target = $1 and e.kind = 'user' and e.grace_until is not null and not e.grace_ended)`;

const RETRY: Statement = {
  name: "status-retry",
  text: `with done as (
    update entity_states s set state = 'due', next_at = now(), attempts = 0, waiting_on = null, refused = null,
      desired_generation = s.desired_generation + 1, due_since = coalesce(s.due_since, now()), causes = s.causes || ${causedBy(4)}
     where s.target = $1 and s.kind = $2 and s.entity_id = $3 returning 1),
  event as (${appendEvent(4, "done")}),
  woken as (${wakeUp("done")})
  select (select count(*) from woken) as woken from done`,
};

/**
 * Many thousands of entities may have the same reason. They are updated in slices, in the order in which runs
 * lock them (store/loop/runs/run-leases.ts).
 */
const SLICE = 2_000;
const RETRY_ALL: Statement = {
  name: "status-retry-all",
  text: `with slice as (
    select s.kind, s.entity_id from entity_states s
     where s.target = $1 and s.reason_code = $2 and s.state <> 'inSync' and (s.kind, s.entity_id) > ($3, $4::uuid)
     order by s.kind, s.entity_id limit ${SLICE} for update),
  done as (
    update entity_states s set state = 'due', next_at = now(), attempts = 0, waiting_on = null, refused = null,
      desired_generation = s.desired_generation + 1, due_since = coalesce(s.due_since, now()), causes = s.causes || ${causedBy(5)}
     from slice where s.target = $1 and s.kind = slice.kind and s.entity_id = slice.entity_id returning 1),
  event as (${appendEvent(5, "(select 1 from done limit 1) once")} where $6::boolean),
  woken as (${wakeUp("done")})
  select kind, entity_id, (select count(*) from woken) as woken from slice`,
};
/**
 * How many people are read for a text before the index is asked. A page is full then if one of some hundred
 * people has the text.
 */
const WALKED = 10_000;
const END_OF_WALK: Statement = {
  name: "status-end-of-walk",
  text: `select entity_id from entity_states where target = $1 and kind = 'user' and entity_id > $2 order by entity_id offset ${WALKED - 1} limit 1`,
};
const REQUEST_SWEEP: Statement = {
  name: "status-request-sweep",
  text: "select graphile_worker.add_job('sweep', json_build_object('actor', $1::text), job_key := 'sweep') is not null as asked",
};

interface ItemRow extends pg.QueryResultRow {
  kind: EntityKind;
  entity_id: string;
  name: string | null;
  user_name: string | null;
  remote_id: string | null;
  state: SyncState;
  reason_code: string | null;
  holder: string | null;
  holder_name: string | null;
  reason: string | null;
  remedy: string | null;
  attempts: number;
  next_at: Date | null;
  due_since: Date | null;
  settled_at: Date | null;
  last_answer: string | null;
  notes: string | null;
  planned: string | null;
  awaited: string | null;
  grace_since: Date | null;
  grace_until: Date | null;
}

/** The list of a target's entities for operators, and their retries. */
export function createItems(
  pool: Pool,
  target: string,
): Pick<SyncOperations, "items" | "remoteNames" | "requestSweep" | "retry" | "retryAll"> {
  /** The last of the people that are read first; undefined if there are fewer. */
  async function endOfWalk(after: string | undefined): Promise<string | undefined> {
    const [end] = await run<{ entity_id: string }>(pool, END_OF_WALK, [target, personAfter(after)]);
    return end?.entity_id;
  }

  /** `upTo`: only people up to this id, without the index of keys. */
  async function read(
    { id, state, kind, text, reasonCode, after, count }: ItemQuery,
    upTo?: string,
  ): Promise<readonly ItemRow[]> {
    const parameters = createParameters([target]);
    const conditions = ["s.target = $1"];
    if (id !== undefined) {
      if (!isUuid(id)) return [];
      conditions.push(`s.entity_id = ${personOf(parameters.add(id, "uuid"))}`);
    }
    if (state) conditions.push(`s.state = ${parameters.add(state, "text")}`);
    if (kind) conditions.push(`s.kind = ${parameters.add(kind, "text")}`);
    if (reasonCode === IN_GRACE) conditions.push(IN_GRACE_NOW);
    else if (reasonCode)
      conditions.push(`s.reason_code = ${parameters.add(reasonCode, "text")} and s.state <> 'inSync'`);
    if (text) {
      const meant =
        upTo === undefined
          ? idsMeantBy(text, kind, parameters)
          : peopleMeantIn({ after: personAfter(after), upTo }, text, parameters);
      conditions.push(`s.entity_id = any(array(${meant}))`);
    }
    const [afterKind, afterId] = after?.split(":") ?? [];
    if (afterKind && afterId && isUuid(afterId)) {
      conditions.push(
        `(s.kind, s.entity_id) > (${parameters.add(afterKind, "text")}, ${parameters.add(afterId, "uuid")})`,
      );
    }
    if (upTo !== undefined) conditions.push(`s.entity_id <= ${parameters.add(upTo, "uuid")}`);
    const limit = parameters.add(count + 1, "bigint");
    const statement = {
      name: "",
      text: `select s.*, ${NAME_OF_ENTITY} as name, u.user_name, ${HOLDER_NAME} as holder_name, l.remote_id, l.grace_since, l.grace_until, ${AWAITED} as awaited
        from (select * from entity_states s where ${conditions.join(" and ")} order by s.kind, s.entity_id limit ${limit}) s
        left join ${personWith("s.entity_id", "s.kind = 'user'")} u on true
        left join groups g on s.kind in ('group', 'role') and g.id = s.entity_id
        left join departments d on s.kind = 'department' and d.id = s.entity_id
        left join links l on l.target = s.target and l.kind = s.kind and l.entity_id = s.entity_id
        left join removed_people r on s.kind = 'user' and r.target = s.target and r.entity_id = s.entity_id
        order by s.kind, s.entity_id`,
    };
    return text
      ? pool.scans.run<ItemRow>("items", statement, parameters.values)
      : run<ItemRow>(pool, statement, parameters.values);
  }

  return {
    remoteNames: (kind, remoteIds) => readRemoteNames(pool, target, kind, remoteIds),

    async items(query) {
      const { after, count } = query;
      const upTo = isWalked(query) ? await endOfWalk(after) : undefined;
      const walked = upTo === undefined ? [] : await read(query, upTo);
      const rows = walked.length > count ? walked : await read(query);
      const { items, more } = pageOf(rows.map(itemOf), count, ({ ref: { kind, id } }) => `${kind}:${id}`);
      return { items, ...more };
    },

    async requestSweep(actor) {
      await run(pool, REQUEST_SWEEP, [actor]);
    },

    async retry(ref, event) {
      if (!isUuid(ref.id)) return false;
      return (await run(pool, RETRY, [target, ref.kind, ref.id, eventRow(event)])).length > 0;
    },

    async retryAll(reasonCode, event) {
      let count = 0;
      let after: readonly [string, string] | undefined = [FIRST_REF.kind, FIRST_REF.id];
      while (after) {
        // Slices are updated one after another, because each begins where the previous one ended.
        const rows: { kind: string; entity_id: string }[] = await run(pool, RETRY_ALL, [
          target,
          reasonCode,
          ...after,
          eventRow(event),
          count === 0,
        ]);
        count += rows.length;
        const last = rows.at(-1);
        after = last && rows.length === SLICE ? [last.kind, last.entity_id] : undefined;
      }
      return count;
    },
  };
}

/** Other conditions leave few people, in which a text is found soon. */
const isWalked = ({ id, state, kind, text, reasonCode }: ItemQuery): boolean =>
  text !== undefined &&
  text !== "" &&
  !hasFewOwners(text) &&
  kind === "user" &&
  id === undefined &&
  state === undefined &&
  reasonCode === undefined;

const personAfter = (after: string | undefined): string => {
  const [kind, id] = after?.split(":") ?? [];
  return kind === "user" && id !== undefined && isUuid(id) ? id : FIRST_REF.id;
};

function itemOf(row: ItemRow): SyncItem {
  return {
    ref: { kind: row.kind, id: row.entity_id },
    state: row.state,
    attempts: row.attempts,
    notes: row.notes ? (JSON.parse(row.notes) as Note[]) : [],
    ...(row.name ? { name: row.name } : {}),
    ...(row.user_name ? { userName: row.user_name } : {}),
    ...(row.remote_id ? { remoteId: row.remote_id } : {}),
    ...(row.reason_code ? { reasonCode: row.reason_code } : {}),
    ...(row.holder
      ? {
          holder: {
            ...(JSON.parse(row.holder) as HeldBy),
            ...(row.holder_name ? { name: row.holder_name } : {}),
          },
        }
      : {}),
    ...(row.reason ? { reason: row.reason } : {}),
    ...(row.remedy ? { remedy: row.remedy } : {}),
    ...(row.planned ? { planned: JSON.parse(row.planned) as Planned } : {}),
    ...(row.awaited ? { waitingOn: awaitedOf(row.awaited) } : {}),
    ...(row.next_at ? { nextTry: row.next_at } : {}),
    ...(row.grace_since && row.grace_until
      ? { grace: { since: row.grace_since, until: row.grace_until } }
      : {}),
    ...(row.due_since ? { dueSince: row.due_since } : {}),
    ...(row.settled_at ? { settledAt: row.settled_at } : {}),
    ...(row.last_answer ? { lastAnswer: row.last_answer } : {}),
  };
}

type Awaited = NonNullable<SyncItem["waitingOn"]>[number];

const awaitedOf = (json: string): readonly Awaited[] =>
  (JSON.parse(json) as (Awaited & { readonly name: string | null })[]).map(({ name, ...ref }) =>
    name ? { ...ref, name } : ref,
  );
