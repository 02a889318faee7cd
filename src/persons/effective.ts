import type { JsonObject, JsonValue } from "../core/entity.ts";
import { sameJson } from "../core/json/same-json.ts";
import type { SourceRules } from "../mapping/sources.ts";
import { staysActive } from "./leaving.ts";
import { inOrder, orderOf } from "./priority.ts";
import { hasBegun, type LeftSource, type SourceRecord } from "./record.ts";
import { documentOf, hasValue, type Unit, unitsOf } from "./units.ts";

/*
 * The combined values of several records of one person. They depend only on the records, the rules and
 * deleted records. The order of writes does not matter, except among records of one source.
 */

export interface Effective {
  readonly active: boolean;
  readonly document: JsonObject;
  /** The source with the highest priority. */
  readonly sourceId: string;
  /** The source whose reference names the manager. */
  readonly managerSourceId: string;
  /** The record whose value is used, by the name of a unit (units.ts). */
  readonly from: ReadonlyMap<string, string>;
}

/** An attribute whose values differ between sources. */
export interface Conflict {
  readonly attribute: string;
  /** By priority. The first value is used. */
  readonly values: readonly { readonly source: string; readonly record: string; readonly value: JsonValue }[];
}

const MANAGER = "enterprise.manager";

/** `records`: at least one. */
export function effectivePerson(
  records: readonly SourceRecord[],
  rules: SourceRules,
  left: readonly LeftSource[] = [],
): Effective {
  const used = inOrder(usedRecords(records), rules.order);
  const first = used[0]!;
  const chosen = new Map<string, SourceValue>();
  for (const [name, values] of valuesBy(used, rules)) {
    const ranked = inOrder(values, orderOf(name, rules), ({ by }) => by);
    chosen.set(name, ranked.find(({ unit }) => hasValue(unit.value)) ?? ranked[0]!);
  }
  const active = staysActive(used, rules, left);
  // A document without `active` is active too.
  const stated = active && used.every(({ document }) => document.active === undefined) ? {} : { active };
  const schemas = [
    ...new Set(used.flatMap(({ document }) => (Array.isArray(document.schemas) ? document.schemas : []))),
  ];
  return {
    active,
    document:
      used.length === 1
        ? { ...first.document, ...stated }
        : {
            ...(schemas.length > 0 ? { schemas } : {}),
            ...documentOf([...chosen.values()].map(({ unit }) => unit)),
            ...wholeLists([...chosen.values()]),
            ...stated,
          },
    sourceId: first.source.id,
    managerSourceId: (chosen.get(MANAGER)?.by ?? first).source.id,
    from: new Map([...chosen].map(([name, { by }]) => [name, by.id])),
  };
}

/** A list whose elements all come from one record keeps its order. */
function wholeLists(chosen: readonly SourceValue[]): JsonObject {
  const lists = new Map<string, Set<SourceRecord>>();
  for (const { unit, by } of chosen)
    if (Array.isArray(unit.value) && unit.place.length === 1)
      lists.set(unit.place[0], (lists.get(unit.place[0]) ?? new Set()).add(by));
  return Object.fromEntries(
    [...lists].flatMap(([attribute, records]) =>
      records.size === 1 ? [[attribute, [...records][0]!.document[attribute]!] as const] : [],
    ),
  );
}

/** Attributes that belong to one source: a difference is meaningless. */
const OF_A_SOURCE: ReadonlySet<string> = new Set(["externalId"]);

export function conflictsOf(records: readonly SourceRecord[], rules: SourceRules): readonly Conflict[] {
  const speakers = inOrder(usedRecords(records), rules.order);
  return [...valuesBy(speakers, rules)].flatMap(([attribute, values]) => {
    if (OF_A_SOURCE.has(attribute)) return [];
    const ranked = inOrder(values, orderOf(attribute, rules), ({ by }) => by).filter(({ unit }) =>
      hasValue(unit.value),
    );
    if (ranked.every(({ unit }) => sameJson(unit.value, ranked[0]!.unit.value))) return [];
    return [
      {
        attribute,
        values: ranked.map(({ unit, by }) => ({ source: by.source.name, record: by.id, value: unit.value })),
      },
    ];
  });
}

/**
 * The record of each source that is used: of several, an active one, otherwise one that has begun, otherwise
 * the newest.
 */
function usedRecords(records: readonly SourceRecord[]): readonly SourceRecord[] {
  const used = new Map<string, SourceRecord>();
  for (const record of records) {
    const other = used.get(record.source.id);
    if (!other || comesBefore(record, other)) used.set(record.source.id, record);
  }
  return [...used.values()];
}

function comesBefore(one: SourceRecord, other: SourceRecord): boolean {
  if (one.active !== other.active) return one.active;
  if (hasBegun(one) !== hasBegun(other)) return hasBegun(one);
  return one.createdAt === other.createdAt ? one.id > other.id : one.createdAt > other.createdAt;
}

interface SourceValue {
  readonly unit: Unit;
  readonly by: SourceRecord;
}

function valuesBy(
  used: readonly SourceRecord[],
  rules: SourceRules,
): ReadonlyMap<string, readonly SourceValue[]> {
  const values = new Map<string, SourceValue[]>();
  for (const by of used)
    for (const unit of unitsOf(by.document, rules))
      values.set(unit.name, [...(values.get(unit.name) ?? []), { unit, by }]);
  return values;
}
