import type pg from "pg";
import { isUuid } from "../../core/id.ts";
import { InvalidFilter } from "../../filter/errors.ts";
import type { LoggedEvent } from "../../history/event.ts";
import type { EventLog, EventPage, Relation } from "../../history/event-log.ts";
import { pageOf as pageOfRows } from "../postgres/page.ts";
import { createParameters } from "../postgres/parameters.ts";
import type { Pool } from "../postgres/pool.ts";
import { run, type Statement } from "../postgres/statement.ts";
import type { Vault } from "../vault.ts";
import {
  arrivedSince,
  isOfAnother,
  type Look,
  markerOf,
  notAMarker,
  readMarker,
  SNAPSHOT,
} from "./arrivals.ts";
import { compileEventFilter, indexOf } from "./event-filter.ts";
import { countEvents } from "./histogram.ts";
import { COLUMNS, type EventRow, loggedEvent } from "./logged-events.ts";

const RELATIONS: Readonly<Record<Relation, (values: string) => string>> = {
  id: (values) => `h.id = any(${values})`,
  cause: (values) => `h.causes && ${values} and h.causes <> '{}'`,
  subject: (values) => `h.subject = any(${values})`,
};

/** Limit of the effects in a story. A changed name of a group may have moved ten thousand people. */
const MAX_EFFECTS = 1_000;

const ONE: Statement = { name: "event-one", text: `select ${COLUMNS} from history h where h.id = $1` };
const CAUSES: Statement = {
  name: "event-causes",
  text: `select ${COLUMNS} from history h where h.id = any($1::uuid[]) order by h.id`,
};
const EFFECTS: Statement = {
  name: "event-effects",
  text: `with recursive led_to(id) as (
    select h.id from history h where h.causes @> array[$1::uuid] and h.causes <> '{}'
    union
    select h.id from led_to l join history h on h.causes @> array[l.id] and h.causes <> '{}')
  select ${COLUMNS} from (select id from led_to limit ${MAX_EFFECTS + 1}) l join history h on h.id = l.id order by h.id`,
};

const SNAPSHOT_ONLY: Statement = { name: "event-snapshot", text: `select ${SNAPSHOT}` };

interface Seen extends Look, pg.QueryResultRow {}
type SeenRow = EventRow & Seen;

export function createEventLog(pool: Pool, vault: Vault): EventLog {
  const eventOf = (row: EventRow): LoggedEvent => loggedEvent(row, vault);
  const pageOf = (rows: readonly EventRow[], count: number): Pick<EventPage, "events" | "next"> => {
    const { items, more } = pageOfRows(rows, count, ({ id }) => id);
    return { events: items.map(eventOf), ...more };
  };

  return {
    async list({ filter, order, after, count }) {
      const parameters = createParameters();
      const { conditions, lead, mayScan } = indexOf(filter, parameters);
      const [direction, beyond] = order === "oldest" ? ["asc", ">"] : ["desc", "<"];
      const where = [...conditions, ...(filter ? [compileEventFilter(filter, parameters)] : [])];
      if (after !== undefined) {
        if (!isUuid(after)) throw new InvalidFilter("after must be the id of an event");
        where.push(`h.id ${beyond} ${parameters.add(after, "uuid")}`);
      }
      const text = `select ${COLUMNS}, ${SNAPSHOT} from history h ${where.length > 0 ? `where ${where.join(" and ")}` : ""}
        order by ${lead ? `${lead} ${direction}, ` : ""}h.id ${direction} limit ${parameters.add(count + 1, "bigint")}`;
      const read = () =>
        mayScan
          ? pool.scans.run<SeenRow>("history", { name: "", text }, parameters.values)
          : run<SeenRow>(pool, { name: "", text }, parameters.values);
      let rows = await read();
      if (after !== undefined) return pageOf(rows, count);
      if (rows.length > 0) return { ...pageOf(rows, count), since: markerOf(rows[0]!) };
      // An empty page has no snapshot. So the snapshot is read first and the page once more after it:
      // otherwise events in between would be missed.
      const [before] = await run<Seen>(pool, SNAPSHOT_ONLY, []);
      rows = await read();
      return { ...pageOf(rows, count), since: markerOf(rows[0] ?? before!) };
    },

    async arrivals({ since, filter, count }) {
      const before = readMarker(since);
      const parameters = createParameters();
      const where = [
        ...arrivedSince(before, parameters),
        ...(filter ? [compileEventFilter(filter, parameters)] : []),
      ];
      const text = `select ${COLUMNS}, ${SNAPSHOT} from history h where ${where.join(" and ")} order by h.id limit ${parameters.add(count + 1, "bigint")}`;
      // The snapshot is read before the events. So events of a transaction that ends in between are returned
      // twice and not lost.
      const [now] = await run<Seen>(pool, SNAPSHOT_ONLY, []);
      if (isOfAnother(before.seen, now!.seen)) throw notAMarker();
      const rows = await pool.scans.run<SeenRow>("history", { name: "", text }, parameters.values);
      const events = rows.slice(0, count).map(eventOf);
      const upTo = before.upTo ?? rows[0] ?? now!;
      const more = rows.length > count;
      return {
        events,
        more,
        since: more ? markerOf(before, { ...upTo, after: events.at(-1)!.id }) : markerOf(upTo),
      };
    },

    async related(by, values, { codes, kind, after, count }) {
      const parameters = createParameters();
      const where = [RELATIONS[by](parameters.add(values.filter(isUuid), "uuid[]"))];
      if (codes) where.push(`h.code = any(${parameters.add(codes, "text[]")})`);
      if (kind) where.push(`h.subject_kind = ${parameters.add(kind, "text")}`);
      if (after !== undefined) {
        if (!isUuid(after)) throw new InvalidFilter("after must be the id of an event");
        where.push(`h.id > ${parameters.add(after, "uuid")}`);
      }
      const limit = parameters.add(count + 1, "bigint");
      const text = `select ${COLUMNS} from history h where ${where.join(" and ")} order by h.id limit ${limit}`;
      return pageOf(await run<EventRow>(pool, { name: "", text }, parameters.values), count);
    },

    histogram: (period, by) => countEvents(pool, period, by),

    async story(id) {
      if (!isUuid(id)) return undefined;
      const [row] = await run<EventRow>(pool, ONE, [id]);
      if (!row) return undefined;
      const causes = row.causes.length > 0 ? await run<EventRow>(pool, CAUSES, [row.causes]) : [];
      const effects = await run<EventRow>(pool, EFFECTS, [id]);
      return {
        event: eventOf(row),
        causes: causes.map(eventOf),
        effects: effects.slice(0, MAX_EFFECTS).map(eventOf),
        truncated: effects.length > MAX_EFFECTS,
      };
    },
  };
}
