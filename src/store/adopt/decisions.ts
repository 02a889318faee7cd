import type pg from "pg";
import type { EntityRef } from "../../core/entity.ts";
import { isUuid, uuidv7 } from "../../core/id.ts";
import type { EventCode, HistoryEvent } from "../../history/event.ts";
import type { Adoption, AdoptionOperations, Decision, DecisionEvent } from "../../reconcile/adopt/ports.ts";
import { strengthOf, type Tier } from "../../reconcile/adopt/rules.ts";
import { pageOf } from "../postgres/page.ts";
import { createParameters } from "../postgres/parameters.ts";
import { inTransaction, type Queryable, run } from "../postgres/statement.ts";
import type { Vault } from "../vault.ts";
import {
  AT_TIER,
  DECIDE,
  FOLLOW,
  LINK,
  LOCK,
  ONE,
  PROPOSED,
  RELEASE,
  type Row,
  STATE,
  TAKE_LEASE,
  UNLINK,
  WANTED,
  WITHDRAW_RIVALS,
} from "./decision-statements.ts";

/*
 * Decisions of operators about adoptions. A decision changes only links in the database. The runs that follow
 * change the target, under the usual rules.
 */

type Work = (db: Queryable) => Promise<Decision>;

interface Scene {
  readonly target: string;
  readonly vault: Vault;
}

export function createAdoptionOperations(pool: pg.Pool, target: string, vault: Vault): AdoptionOperations {
  const scene: Scene = { target, vault };
  const transaction = (work: Work): Promise<Decision> =>
    inTransaction(pool, async (db) => {
      await run(db, LOCK, [target]);
      return work(db);
    });

  const accept = (id: string, by: DecisionEvent): Promise<Decision> =>
    transaction((db) => acceptOne(db, scene, id, by));

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
        if (row.state === "linked" || (row.state === "rejected" && !row.released))
          return { kind: "refused", why: { kind: "decided" } };
        const [rejected] = await run<Row>(db, DECIDE, [target, id, "rejected", by.at, by.actor]);
        await follow(db, scene, { code: "adoption.rejected", about: rejected!, by });
        return { kind: "done", adoptions: [adoptionOf(rejected!)] };
      }),

    unlink: (ref, by) =>
      transaction(async (db) => {
        if (!isUuid(ref.id)) return { kind: "unknown" };
        if (await isBusy(db, target, ref)) return { kind: "refused", why: { kind: "busy" } };
        const [link] = await run<{ remote_id: string; name: string | null; title: string | null }>(
          db,
          UNLINK,
          [target, ref.kind, ref.id],
        );
        if (!link) return { kind: "unknown" };
        await run(db, TAKE_LEASE, [target, ref.kind, ref.id]);
        const id = uuidv7(by.at.getTime());
        const values = [target, ref.kind, ref.id, link.remote_id, by.actor, id, link.name, link.title, by.at];
        const [released] = await run<Row>(db, RELEASE, values);
        await follow(db, scene, { code: "adoption.unlinked", about: released!, by });
        return { kind: "done", adoptions: [adoptionOf(released!)] };
      }),

    list: (query) => listAdoptions(pool, target, query),

    async proposed() {
      const [row] = await run<{ n: number }>(pool, PROPOSED, [target]);
      return row!.n;
    },
  };
}

async function acceptOne(db: Queryable, scene: Scene, id: string, by: DecisionEvent): Promise<Decision> {
  const { target } = scene;
  const [row] = isUuid(id) ? await run<Row>(db, ONE, [target, id]) : [];
  if (!row) return { kind: "unknown" };
  if (row.state === "linked") return { kind: "refused", why: { kind: "decided" } };
  const ref: EntityRef = { kind: row.kind, id: row.entity_id };
  if ((await run(db, WANTED[row.kind], [ref.id])).length === 0)
    return { kind: "refused", why: { kind: "gone" } };
  if (await isBusy(db, target, ref)) return { kind: "refused", why: { kind: "busy" } };
  if ((await run(db, LINK, [target, ref.kind, ref.id, row.remote_id])).length === 0) {
    return { kind: "refused", why: { kind: "taken" } };
  }
  await run(db, TAKE_LEASE, [target, ref.kind, ref.id]);
  const [linked] = await run<Row>(db, DECIDE, [target, id, "linked", by.at, by.actor]);
  const rivals = await run<{ entity_id: string }>(db, WITHDRAW_RIVALS, [
    target,
    ref.kind,
    id,
    ref.id,
    row.remote_id,
  ]);
  const others = rivals.map((each) => each.entity_id);
  await follow(db, scene, { code: "adoption.linked", about: linked!, others, by });
  return { kind: "done", adoptions: [adoptionOf(linked!)] };
}

interface Followed {
  readonly code: EventCode;
  readonly about: Row;
  /** Other entities that become due. */
  readonly others?: readonly string[];
  readonly by: DecisionEvent;
}

/** Records a decision, and requeues the entities that it concerns. */
async function follow(
  db: Queryable,
  { target, vault }: Scene,
  { code, about, others = [], by }: Followed,
): Promise<void> {
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
