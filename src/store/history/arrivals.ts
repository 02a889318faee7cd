import { oldestIdAt } from "../../core/id.ts";
import { InvalidFilter } from "../../filter/errors.ts";
import type { Parameters } from "../postgres/parameters.ts";

/*
 * Events that arrived since the last read. A process makes the id of an event before its transaction ends. So
 * an event may become visible after events with larger ids, and neither an id nor a time shows which events
 * were visible. A snapshot of the database shows it (PostgreSQL manual, "Transaction IDs and snapshots"). A
 * marker has the snapshot of one read. Between the pages of a read it also has the snapshot of this read and
 * the last returned event.
 */

export interface Look {
  /** A snapshot as text, such as `12:15:13,14`. */
  readonly seen: string;
  /** Time of the snapshot in milliseconds, by the clock of the database. */
  readonly atMs: number;
}

export interface Arrivals extends Look {
  /** The snapshot of the read that is returned in pages. */
  readonly upTo?: Look & { readonly after: string };
}

/**
 * Columns with the snapshot of a statement. A replica does not list running transactions. There only
 * transactions older than all running ones count as seen, so some events may be returned twice.
 */
export const SNAPSHOT = `case when pg_is_in_recovery() then concat_ws(':', pg_snapshot_xmin(pg_current_snapshot()), pg_snapshot_xmin(pg_current_snapshot()), '')
    else pg_current_snapshot()::text end as seen, (extract(epoch from now()) * 1000)::float8 as "atMs"`;

/**
 * Longer than the time from any event's id to its commit: the limits of statements and leases are seconds and
 * minutes.
 */
const LATEST_MS = 15 * 60_000;

/**
 * The transaction of the row with its epoch. `xmin` has only the lower 32 bits. None of the rows is more than
 * 2^31 transactions old, so the epoch is unambiguous.
 */
const WRITTEN_BY = `((h.xmin::text::bigint | (pg_snapshot_xmax(pg_current_snapshot())::text::bigint >> 32 << 32))
    - case when h.xmin::text::bigint > (pg_snapshot_xmax(pg_current_snapshot())::text::bigint & 4294967295) then 4294967296 else 0 end)::text::xid8`;

export function arrivedSince({ seen, atMs, upTo }: Arrivals, parameters: Parameters): readonly string[] {
  const snapshot = (text: string) => `${parameters.add(text, "text")}::pg_snapshot`;
  return [
    `h.id >= ${parameters.add(oldestIdAt(atMs - LATEST_MS), "uuid")}`,
    `not pg_visible_in_snapshot(${WRITTEN_BY}, ${snapshot(seen)})`,
    ...(upTo
      ? [
          `pg_visible_in_snapshot(${WRITTEN_BY}, ${snapshot(upTo.seen)})`,
          `h.id > ${parameters.add(upTo.after, "uuid")}`,
        ]
      : []),
  ];
}

const SNAPSHOT_FORM = "\\d{1,19}:\\d{1,19}:[\\d,]{0,20000}";
const UUID_FORM = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const MARKER = new RegExp(
  `^(\\d{1,15})_(${SNAPSHOT_FORM})(?:_(\\d{1,15})_(${SNAPSHOT_FORM})_(${UUID_FORM}))?$`,
);

/** Reads a marker, which is opaque to clients. Throws InvalidFilter if it is malformed. */
export function readMarker(text: string): Arrivals {
  const found = MARKER.exec(Buffer.from(text, "base64url").toString("latin1"));
  if (!found || !isSnapshot(found[2]!) || (found[4] !== undefined && !isSnapshot(found[4])))
    throw notAMarker();
  const [, atMs, seen, untilMs, until, after] = found;
  const upTo = until === undefined ? {} : { upTo: { seen: until, atMs: Number(untilMs), after: after! } };
  return { seen: seen!, atMs: Number(atMs), ...upTo };
}

export function markerOf({ seen, atMs }: Look, upTo?: Arrivals["upTo"]): string {
  const parts = [Math.floor(atMs), seen, ...(upTo ? [Math.floor(upTo.atMs), upTo.seen, upTo.after] : [])];
  return Buffer.from(parts.join("_"), "latin1").toString("base64url");
}

/**
 * True: PostgreSQL accepts the text as a snapshot. Running transactions are in ascending order and within the
 * bounds.
 */
function isSnapshot(text: string): boolean {
  const [min, max, running] = text.split(":") as [string, string, string];
  const ids =
    running === "" ? [] : running.split(",").map((id) => (/^\d{1,19}$/.test(id) ? BigInt(id) : -1n));
  const [low, high] = [BigInt(min), BigInt(max)];
  return (
    low > 0n &&
    low <= high &&
    high < 2n ** 63n &&
    ids.every((id, at) => id >= low && id < high && (at === 0 || ids[at - 1]! < id))
  );
}

/**
 * True: the marker is from another database. A restored database continues from an earlier transaction, so
 * its snapshot is smaller.
 */
export const isOfAnother = (seen: string, now: string): boolean =>
  BigInt(seen.split(":")[1]!) > BigInt(now.split(":")[1]!);

export const notAMarker = (): InvalidFilter =>
  new InvalidFilter(
    "since must be the `since` of an earlier answer of this server; begin again with a list without it",
  );
