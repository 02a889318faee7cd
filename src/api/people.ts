import { type Request, type Response, Router } from "express";
import type { JsonObject, JsonValue } from "../core/entity.ts";
import type { Changes } from "../history/event.ts";
import { sendJson } from "../http/answer.ts";
import { NotFoundPath } from "../http/errors.ts";
import { methodNotAllowed } from "../http/methods.ts";
import type { Mount } from "../http/mount.ts";
import { assertRecentSignIn, traceOf } from "../http/request-context.ts";
import type { JoinedPerson, JoinOperations } from "../persons/ports.ts";
import type { PersonPreview } from "../reconcile/compare/preview.ts";
import { sameValue } from "../reconcile/plan.ts";
import type { SyncItem, SyncOperations } from "../reconcile/status.ts";
import { type AttributeValue, ownAttributes } from "../reconcile/target-values.ts";
import type { PlannedChange, ScheduleReader } from "../schedule/ports.ts";
import { hiddenNumber, isNumber } from "./hidden-numbers.ts";
import { entityAt, type PastOptions } from "./history/at.ts";
import { timelineRoutes } from "./history/timeline.ts";
import { choiceOf } from "./query-values.ts";
import { renderItemFor } from "./sync/sync.ts";

export interface PeopleOptions extends PastOptions {
  readonly operations: Pick<SyncOperations, "items" | "lastHint" | "remoteNames">;
  /** The conclusion of a run for a person. Sends nothing. */
  readonly preview: (id: string) => Promise<PersonPreview | undefined>;
  /** The records of the person, if there are several. */
  readonly joins: Pick<JoinOperations, "person">;
  /** Inputs and results of the mapping's rules for a document. */
  readonly explain: (document: JsonObject) => PersonPreview["explanations"];
  /** Future changes from dates. */
  readonly schedule: ScheduleReader;
}

/** `/api/users/{id}`: one person with the desired values and the last observed values at the target. */
export function peopleEndpoint({
  operations,
  preview,
  joins,
  explain,
  schedule,
  ...past
}: PeopleOptions): Mount {
  const router = Router();
  const meant = async (id: string): Promise<string> =>
    (await operations.items({ id, kind: "user", count: 1 })).items[0]?.ref.id ?? id;
  router.use(timelineRoutes(past.log, "user", meant));
  router
    .route("/:id")
    .get(entityAt(past, "user", meant), async (req: Request<{ id: string }>, res: Response) => {
      const reveals = choiceOf(req, "reveal", ["numbers"]) !== undefined;
      if (reveals) assertRecentSignIn(res, past.clock);
      const { items } = await operations.items({ id: req.params.id, kind: "user", count: 1 });
      const [item] = items;
      const seen = item && (await preview(item.ref.id));
      if (!seen) throw new NotFoundPath();
      const joined = await joins.person(item.ref.id);
      const found = withRecords(columnsOf(seen), joined, explain);
      const maySee = await past.reads.mayShow(res, reveals ? "/api/users?reveal" : "/api/users", [
        { of: item.ref, changes: asChanges(found) },
      ]);
      // On the page, numbers are shown only on request. A program has no page that could hide them.
      const hides = traceOf(res).session !== undefined && !reveals;
      const columns = maySee ? (hides ? found.map(withoutNumbers) : found) : found.map(masked);
      const departments = await operations.remoteNames("department", idsIn(columns, "departments"));
      const people = await operations.remoteNames("user", idsIn(columns, "manager"));
      sendJson(res, 200, {
        item: renderItemFor(maySee)(hides ? withoutPlannedNumbers(item) : item),
        action: seen.forecast.kind === "plan" ? seen.forecast.plan.action : seen.forecast.kind,
        present: seen.actual?.presence ?? null,
        departments: seen.paths,
        columns,
        ...recordsIn(joined, { maySee, hides }),
        scheduled: (await schedule.ofPerson(item.ref.id)).map(plannedFor({ maySee, hides })),
        masked: !maySee,
        lastHint: await lastHintOf(operations, item.ref.id),
        names: { ...Object.fromEntries(departments), ...Object.fromEntries(people) },
      });
    })
    .all(methodNotAllowed("GET"));
  return { path: "/api/users", access: ["history:read"], handler: router };
}

/** The values of sources that differ in one attribute. The first one has priority. */
function recordsIn(
  person: JoinedPerson | undefined,
  { maySee, hides }: { readonly maySee: boolean; readonly hides: boolean },
) {
  if (!person) return {};
  const shown = (attribute: string, value: JsonValue): JsonValue =>
    maySee
      ? hides && attribute.startsWith("phoneNumbers")
        ? hiddenNumber(JSON.stringify(value))
        : value
      : null;
  return {
    ...(person.out ? { out: person.out } : {}),
    records: person.records.map(({ id, source, active }) => ({ id, source, active })),
    conflicts: person.conflicts.map(({ attribute, values }) => ({
      attribute,
      values: values.map(({ source, record, value }) => ({ source, record, value: shown(attribute, value) })),
    })),
  };
}

/** Without the right to values, a caller sees that a change is scheduled, but not when or what. */
const plannedFor =
  ({ maySee, hides }: { readonly maySee: boolean; readonly hides: boolean }) =>
  ({ id, kind, day, zone, at, source, changes }: PlannedChange) => ({
    id,
    kind,
    source,
    day: maySee ? day : null,
    zone: maySee ? zone : null,
    at: maySee ? at.toISOString() : null,
    changes: Object.fromEntries(
      Object.entries(changes).map(([attribute, change]) => [
        attribute,
        maySee && !(hides && attribute === "phoneNumbers") ? change : {},
      ]),
    ),
  });

async function lastHintOf(operations: PeopleOptions["operations"], id: string) {
  const hint = await operations.lastHint(id);
  return hint ? { ...hint, at: hint.at.toISOString() } : null;
}

interface Read {
  readonly path: string;
  readonly value: JsonValue;
}

interface Column {
  readonly attribute: string;
  /** The inputs of the mapping's rule, by their names in the file. Empty: no rule for the attribute. */
  readonly source: readonly Read[];
  /** The inputs for each record, if the person has several. */
  readonly bySource?: readonly {
    readonly source: string;
    readonly record: string;
    readonly read: readonly Read[];
  }[];
  /** In the target's form. Null: the directory has no value. */
  readonly directory: AttributeValue;
  readonly target: AttributeValue;
  /** The next run would change it. */
  readonly differs: boolean;
}

const asChanges = (columns: readonly Column[]): Changes =>
  Object.fromEntries(
    columns.map(({ attribute, source, directory, target }) => [
      attribute,
      { before: target, after: directory ?? (source.length > 0 ? source.map(({ value }) => value) : null) },
    ]),
  );

function withRecords(
  columns: readonly Column[],
  joined: JoinedPerson | undefined,
  explain: PeopleOptions["explain"],
): readonly Column[] {
  if (!joined) return columns;
  const readers = joined.records.map(({ id: record, source, document }) => ({
    record,
    source,
    read: new Map(
      explain({ id: joined.id, ...document }).map(({ attribute, sources }) => [attribute, sources]),
    ),
  }));
  return columns.map((column) => ({
    ...column,
    bySource: readers.map(({ record, source, read }) => ({
      source,
      record,
      read: read.get(column.attribute) ?? [],
    })),
  }));
}

const bySourceOf = ({ bySource }: Column, shown: (read: Read) => Read): Pick<Column, "bySource"> =>
  bySource ? { bySource: bySource.map((each) => ({ ...each, read: each.read.map(shown) })) } : {};

const withoutValue = ({ path }: Read): Read => ({ path, value: null });

const masked = ({ attribute, source, differs, ...column }: Column): Column => ({
  attribute,
  source: source.map(withoutValue),
  ...bySourceOf({ ...column, attribute, source, differs }, withoutValue),
  directory: null,
  target: null,
  differs,
});

function withoutNumbers(column: Column): Column {
  if (!isNumber(column.attribute)) return column;
  const { source, directory, target } = column;
  const shown = ({ path, value }: Read): Read => ({ path, value: hiddenNumber(value) });
  return {
    ...column,
    source: source.map(shown),
    ...bySourceOf(column, shown),
    directory: hiddenNumber(directory),
    target: hiddenNumber(target),
  };
}

function withoutPlannedNumbers(item: SyncItem): SyncItem {
  if (!item.planned) return item;
  const changes = Object.entries(item.planned.changes).map(([name, change]) => [
    name,
    isNumber(name) ? {} : change,
  ]);
  return { ...item, planned: { ...item.planned, changes: Object.fromEntries(changes) } };
}

function columnsOf({ actual, forecast, explanations }: PersonPreview): readonly Column[] {
  const wanted = forecast.kind === "plan" ? forecast.shaped : {};
  const there = ownAttributes(actual?.attributes ?? {});
  const set = forecast.kind === "plan" && forecast.plan.action === "update" ? forecast.plan.set : undefined;
  const rules = new Map(explanations.map(({ attribute, sources }) => [attribute, sources]));
  return [...new Set([...Object.keys(wanted), ...Object.keys(there)])].sort().map((attribute) => ({
    attribute,
    source: rules.get(attribute) ?? [],
    directory: wanted[attribute] ?? null,
    target: there[attribute] ?? null,
    differs: set
      ? attribute in set
      : actual === undefined && attribute in wanted && !sameValue(wanted[attribute], null),
  }));
}

const idsIn = (columns: readonly Column[], name: string): readonly string[] =>
  columns
    .filter(({ attribute }) => attribute === name)
    .flatMap(({ directory, target }) => [directory, target])
    .flatMap((value) =>
      typeof value === "string" ? [value] : Array.isArray(value) ? (value as readonly string[]) : [],
    );
