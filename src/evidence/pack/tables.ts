import type { LoggedEvent } from "../../history/event.ts";
import type { Cell } from "../formats/csv.ts";

/* Columns of the tables of a pack. */

export const EVENT_COLUMNS = [
  "id",
  "at",
  "code",
  "actor",
  "requestId",
  "subjectKind",
  "subject",
  "outcome",
  "causes",
  "detail",
] as const;

export const eventRow = (event: LoggedEvent) => [
  event.id,
  event.at,
  event.code,
  event.actor,
  event.requestId,
  event.subject?.kind,
  event.subject?.id,
  event.outcome,
  event.causes.join(" "),
  event.detail && JSON.stringify(event.detail),
];

export const MEMBER_COLUMNS = [
  "movement",
  "event",
  "code",
  "subject",
  "actor",
  "requestId",
  "received",
  "committed",
  "sent",
  "answered",
] as const;

export const LEAVER_COLUMNS = [
  "id",
  "event",
  "received",
  "committed",
  "sent",
  "answered",
  "minutes",
  "inTime",
  "state",
] as const;

export const FAILURE_COLUMNS = [
  "event",
  "at",
  "kind",
  "subject",
  "action",
  "outcome",
  "code",
  "resolvedAt",
  "resolvedBy",
] as const;

/** Rows of a table whose columns have the names of the fields. */
export const rowsOf = <Column extends string>(
  columns: readonly Column[],
  all: readonly Readonly<Partial<Record<Column, Cell>>>[],
): readonly (readonly Cell[])[] => all.map((one) => columns.map((column) => one[column]));
