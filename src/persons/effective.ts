import type { JsonObject, JsonValue } from "../core/entity.ts";
import { unreachable } from "../core/errors.ts";
import { sameJson } from "../core/same-json.ts";
import type { SourceRules } from "../mapping/sources.ts";
import { hasBegun, type LeftSource, type SourceRecord } from "./record.ts";
import { documentOf, hasValue, type Unit, unitsOf } from "./units.ts";

/*
 * What several records of one person come to. Follows from the records, the rules and who has deleted theirs, and from nothing else: the order in which
 * sources wrote does not count, but among records of one source.
 */

export interface Effective {
  readonly active: boolean;
  readonly document: JsonObject;
  /** The source that comes first. */
  readonly sourceId: string;
  /** Whose words name the manager. */
  readonly managerSourceId: string;
  /** By the name of a unit (units.ts), the record whose value counts. */
  readonly from: ReadonlyMap<string, string>;
}

/** An attribute of which the sources do not say the same. */
export interface Conflict {
  readonly attribute: string;
  /** In the order of their authority: the first one counts. */
  readonly values: readonly { readonly source: string; readonly record: string; readonly value: JsonValue }[];
}

const MANAGER = "enterprise.manager";

/** `records`: at least one. */
export function effectivePerson(records: readonly SourceRecord[], rules: SourceRules, left: readonly LeftSource[] = []): Effective {
  const speakers = inOrder(speakersOf(records), rules.order);
  const first = speakers[0]!;
  const chosen = new Map<string, Said>();
  for (const [name, said] of saidBy(speakers, rules)) {
    const ranked = inOrder(said, orderOf(name, rules), ({ by }) => by);
    chosen.set(name, ranked.find(({ unit }) => hasValue(unit.value)) ?? ranked[0]!);
  }
  const active = staysActive(speakers, rules, left);
  // A document that never said so is active all the same.
  const says = active && speakers.every(({ document }) => document.active === undefined) ? {} : { active };
  const schemas = [...new Set(speakers.flatMap(({ document }) => (Array.isArray(document.schemas) ? document.schemas : [])))];
  return {
    active,
    document:
      speakers.length === 1
        ? { ...first.document, ...says }
        : {
            ...(schemas.length > 0 ? { schemas } : {}),
            ...documentOf([...chosen.values()].map(({ unit }) => unit)),
            ...wholeLists([...chosen.values()]),
            ...says,
          },
    sourceId: first.source.id,
    managerSourceId: (chosen.get(MANAGER)?.by ?? first).source.id,
    from: new Map([...chosen].map(([name, { by }]) => [name, by.id])),
  };
}

/** A list of which all comes from one record stays in the order it has there. */
function wholeLists(chosen: readonly Said[]): JsonObject {
  const lists = new Map<string, Set<SourceRecord>>();
  for (const { unit, by } of chosen)
    if (Array.isArray(unit.value) && unit.place.length === 1) lists.set(unit.place[0], (lists.get(unit.place[0]) ?? new Set()).add(by));
  return Object.fromEntries(
    [...lists].flatMap(([attribute, records]) => (records.size === 1 ? [[attribute, [...records][0]!.document[attribute]!] as const] : [])),
  );
}

/** Attributes that belong to one source: a difference is meaningless. */
const OF_A_SOURCE: ReadonlySet<string> = new Set(["externalId"]);

export function conflictsOf(records: readonly SourceRecord[], rules: SourceRules): readonly Conflict[] {
  const speakers = inOrder(speakersOf(records), rules.order);
  return [...saidBy(speakers, rules)].flatMap(([attribute, said]) => {
    if (OF_A_SOURCE.has(attribute)) return [];
    const ranked = inOrder(said, orderOf(attribute, rules), ({ by }) => by).filter(({ unit }) => hasValue(unit.value));
    if (ranked.every(({ unit }) => sameJson(unit.value, ranked[0]!.unit.value))) return [];
    return [{ attribute, values: ranked.map(({ unit, by }) => ({ source: by.source.name, record: by.id, value: unit.value })) }];
  });
}

/** Of each source the record that speaks for it: of several, one that is active, else one that has begun, else the one made last. */
function speakersOf(records: readonly SourceRecord[]): readonly SourceRecord[] {
  const speakers = new Map<string, SourceRecord>();
  for (const record of records) {
    const other = speakers.get(record.source.id);
    if (!other || comesBefore(record, other)) speakers.set(record.source.id, record);
  }
  return [...speakers.values()];
}

function comesBefore(one: SourceRecord, other: SourceRecord): boolean {
  if (one.active !== other.active) return one.active;
  if (hasBegun(one) !== hasBegun(other)) return hasBegun(one);
  return one.createdAt === other.createdAt ? one.id > other.id : one.createdAt > other.createdAt;
}

interface Said {
  readonly unit: Unit;
  readonly by: SourceRecord;
}

function saidBy(speakers: readonly SourceRecord[], rules: SourceRules): ReadonlyMap<string, readonly Said[]> {
  const said = new Map<string, Said[]>();
  for (const by of speakers)
    for (const unit of unitsOf(by.document, rules)) said.set(unit.name, [...(said.get(unit.name) ?? []), { unit, by }]);
  return said;
}

/** `phoneNumbers.mobile` follows `phoneNumbers` where nothing is said of it alone. */
const orderOf = (name: string, { attributes, order }: SourceRules): readonly string[] =>
  attributes.get(name) ?? attributes.get(name.split(".")[0]!) ?? order;

function inOrder<T = SourceRecord>(
  all: readonly T[],
  order: readonly string[],
  recordOf: (one: T) => SourceRecord = (one) => one as unknown as SourceRecord,
): readonly T[] {
  const rank = (one: T): number => rankOf(recordOf(one).source.name, order);
  return [...all].sort((a, b) => rank(a) - rank(b) || (recordOf(a).source.name < recordOf(b).source.name ? -1 : 1));
}

function rankOf(name: string, order: readonly string[]): number {
  const at = order.indexOf(name);
  return at === -1 ? order.length : at;
}

function staysActive(speakers: readonly SourceRecord[], rules: SourceRules, left: readonly LeftSource[]): boolean {
  const begun = speakers.filter(hasBegun);
  // A new record of a source that had deleted its own is a return, on its day.
  const gone = left.filter(({ id }) => !begun.some(({ source }) => source.id === id));
  switch (rules.leaving) {
    case "any":
      return gone.length === 0 && begun.length > 0 && begun.every(({ active }) => active);
    case "all":
      return begun.some(({ active }) => active);
    case "authoritative": {
      const order = orderOf("active", rules);
      const said = [
        ...begun.map(({ source, active }) => ({ name: source.name, active })),
        ...gone.map(({ name }) => ({ name, active: false })),
      ].sort((a, b) => rankOf(a.name, order) - rankOf(b.name, order) || (a.name < b.name ? -1 : 1));
      return said[0]?.active ?? false;
    }
    default:
      return unreachable(rules.leaving);
  }
}
