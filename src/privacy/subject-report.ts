import type { JsonObject, JsonValue } from "../core/entity.ts";
import type { Changes, HistoryEvent } from "../history/event.ts";
import type { SubjectRecords } from "./subjects.ts";

/*
 * The report "what do you hold on me": all data about one person, what was sent to DingTalk, and who read it.
 * References to other people are removed: names, ids, and operators.
 */

/** Replaces a reference to another person. */
export const SOMEBODY_ELSE = "[another person]";

export interface ReportedEvent {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly code: HistoryEvent["code"];
  /** `token`, `trust`, `link`, `worker`, `cli` or `system`. */
  readonly by: string;
  readonly requestId?: string;
  readonly outcome?: string;
  readonly changes?: Changes;
  readonly detail?: JsonObject;
}

export interface SubjectReport extends SubjectRecords {
  /** ISO 8601. */
  readonly at: string;
  /** What happened to the person's data, oldest first. */
  readonly history: readonly ReportedEvent[];
  /** The part that was sent to DingTalk, with the results. */
  readonly sent: readonly ReportedEvent[];
  /** The exports of this report. Other reads of values are in `reads`. */
  readonly exports: readonly ReportedEvent[];
}

/** `events`: all of the person, oldest first. Pure. */
export function subjectReport(
  records: SubjectRecords,
  events: readonly HistoryEvent[],
  at: Date,
): SubjectReport {
  const history = events.map(reported);
  const coded = (pattern: RegExp) => history.filter(({ code }) => pattern.test(code));
  const { directory, joined, scheduled, links, removed, states, adoptions, id, held, reads } = records;
  return {
    id,
    at: at.toISOString(),
    held,
    reads,
    ...(directory ? { directory: { ...directory, document: ofThePerson(directory.document) } } : {}),
    ...(joined ? { joined: joinedOf(joined) } : {}),
    ...(scheduled
      ? { scheduled: scheduled.map((change) => ({ ...change, changes: ofThePerson(change.changes) })) }
      : {}),
    links: links.map(withOwnAttributes),
    removed: removed.map(withOwnAttributes),
    states: states.map(({ planned, refused, notes, ...rest }) => ({
      ...rest,
      ...(planned ? { planned: ofThePerson(planned) } : {}),
      ...(refused ? { refused: valuesOf(refused) } : {}),
      ...(notes ? { notes: notes.map(({ attribute = null, code = null }) => ({ attribute, code })) } : {}),
    })),
    adoptions,
    history,
    sent: coded(/^target\.(?:intent|outcome)$/),
    exports: coded(/^subject\.exported$/),
  };
}

const withOwnAttributes = <T extends { readonly attributes?: JsonObject }>(row: T): T =>
  row.attributes ? { ...row, attributes: ofThePerson(row.attributes) } : row;

const joinedOf = ({
  person,
  document,
  others = [],
}: NonNullable<SubjectRecords["joined"]>): NonNullable<SubjectRecords["joined"]> => ({
  person,
  document: ofThePerson(document),
  others: others.map((record) => ({ ...record, document: ofThePerson(record.document) })),
});

/** The refusal without the holder of the value. */
const valuesOf = (refused: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(refused).map(([name, one]) => [name, isObject(one) ? (one.value ?? null) : null]),
  );

/** Attributes that name other people, in the words of SCIM and of DingTalk. */
const OF_OTHERS: ReadonlySet<string> = new Set(["manager", "managers"]);

/** The same JSON with every reference to another person replaced. */
function ofThePerson(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      OF_OTHERS.has(name) && inner !== null ? SOMEBODY_ELSE : anyOfThePerson(inner),
    ]),
  );
}

function anyOfThePerson(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(anyOfThePerson);
  return isObject(value) ? ofThePerson(value) : value;
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Details without names. */
const SHOWN_DETAIL = ["action", "error", "answer", "reasonCode", "basis", "forms", "attributes"] as const;

function reported({ id, at, code, actor, requestId, outcome, changes, detail }: HistoryEvent): ReportedEvent {
  const shown = Object.fromEntries(
    SHOWN_DETAIL.flatMap((name) => (detail?.[name] === undefined ? [] : [[name, detail[name]]])),
  );
  return {
    id,
    at: at.toISOString(),
    code,
    by: actor.split(":")[0]!,
    ...(requestId === undefined ? {} : { requestId }),
    ...(outcome === undefined ? {} : { outcome }),
    // Both sides of a change are JSON by their type.
    ...(changes ? { changes: ofThePerson(changes as unknown as JsonObject) as unknown as Changes } : {}),
    ...(Object.keys(shown).length > 0 ? { detail: shown } : {}),
  };
}
