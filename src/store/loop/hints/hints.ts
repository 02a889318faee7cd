import type pg from "pg";
import { firstUuidAt } from "../../../core/id.ts";
import type { OwnWrite } from "../../../reconcile/hints/own-writes.ts";
import type { HintedLink, HintStore, OpenHint, ShownListening } from "../../../reconcile/hints/ports.ts";
import type { Attributes } from "../../../reconcile/target-values.ts";
import type { Pool } from "../../postgres/pool.ts";
import { run } from "../../postgres/statement.ts";
import { eventColumns, PRIORITY } from "../../write-sql.ts";
import { createEventCoverage } from "./event-coverage.ts";
import { DROP, END, FORGET, KEEP, LOOK, OPEN, SHOW } from "./hint-statements.ts";
import { createPlace } from "./place.ts";

/* Events of a target. Rows have no values, only the object, the time and the outcome. */

interface OpenRow extends pg.QueryResultRow {
  kind: OpenHint["kind"];
  remote_id: string;
  event_ids: string[];
  types: string[];
  entity_id: string | null;
  status: HintedLink["status"] | null;
  attributes: string | null;
  age_ms: number;
  observed_ms: number | null;
  busy: boolean;
  writes: string | null;
}

export function createHintStore(pool: Pool, target: string): HintStore {
  return {
    async keepHints(hints) {
      const rows = hints.flatMap(({ eventId, type, about }) =>
        about.map(({ kind, remoteId }) => ({ event_id: eventId, kind, remote_id: remoteId, type })),
      );
      if (rows.length > 0) await run(pool, KEEP, [target, JSON.stringify(rows)]);
    },

    async openHints(limit, since) {
      return (await run<OpenRow>(pool.byKey, OPEN, [target, limit, firstUuidAt(since.getTime())])).map(
        openOf,
      );
    },

    async endHints(hints, outcome) {
      await run(pool, outcome === "echo" ? END : DROP, [
        target,
        JSON.stringify(hints.flatMap((hint) => named(hint))),
      ]);
    },

    async requeue(looks) {
      const entities = looks.map(({ hint: { kind, link }, event, doubted }) => ({
        kind,
        id: link!.id,
        look: event.id,
        priority: PRIORITY.structure,
        doubted: doubted === "anything" ? null : doubted,
        event: eventColumns(event),
      }));
      const hints = looks.flatMap(({ hint, event }) => named(hint, event.id));
      await run(pool, LOOK, [target, JSON.stringify(hints), JSON.stringify(entities), [target]]);
    },

    async forgetHints() {
      await run(pool, FORGET, [target]);
    },

    async showListening({ state, since, failures, end, reason, aliveAt, eventAt }: ShownListening) {
      await run(pool, SHOW, [target, state, since, failures, end, reason, aliveAt, eventAt]);
    },

    ...createEventCoverage(pool, target),

    takePlace: () => createPlace(pool, target),
  };
}

const named = ({ kind, remoteId, eventIds, link }: OpenHint, look?: string) =>
  eventIds.map((event_id) => ({ event_id, kind, remote_id: remoteId, entity_id: link?.id, look }));

const openOf = (row: OpenRow): OpenHint => ({
  kind: row.kind,
  remoteId: row.remote_id,
  eventIds: row.event_ids,
  types: row.types,
  ageMs: row.age_ms,
  link:
    row.entity_id === null || row.status === null
      ? undefined
      : {
          id: row.entity_id,
          status: row.status,
          observed: row.attributes === null ? undefined : (JSON.parse(row.attributes) as Attributes),
          observedMs: row.observed_ms ?? undefined,
          writes: row.writes === null ? [] : (JSON.parse(row.writes) as OwnWrite[]),
        },
  busy: row.busy,
});
