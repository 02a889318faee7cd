import type { JsonValue } from "../../core/entity.ts";
import { type Cell, csvHead, csvLine } from "../../evidence/formats/csv.ts";
import type { Changes } from "../../history/event.ts";
import type { PlanPage } from "../../reconcile/compare/kept-plans.ts";
import { minutesFor, type PlanItem } from "../../reconcile/compare/plan-items.ts";
import { hiddenNumber, isNumber } from "../hidden-numbers.ts";

/*
 * A whole plan as a file, page by page. Telephone numbers are masked as on the page, because a file is passed
 * on.
 */

export const PLAN_FORMATS = ["csv", "json"] as const;
export type PlanFormat = (typeof PLAN_FORMATS)[number];

export const CONTENT_TYPES: Readonly<Record<PlanFormat, string>> = {
  csv: "text/csv; charset=utf-8; header=present",
  json: "application/json; charset=utf-8",
};

/** Pages whose items have their changes as they may be shown. */
export type PlanPages = AsyncIterable<PlanPage>;

export async function* planAsJson(pages: PlanPages, callsPerSecond: number): AsyncIterable<string> {
  let begun = false;
  for await (const { summary, advice, items } of pages) {
    const lines = items
      .map((item) => JSON.stringify({ ...item, changes: withoutNumbers(item.changes) }))
      .join(",\n");
    if (!begun)
      yield `{"summary":${JSON.stringify({ ...summary, minutes: minutesFor(summary, callsPerSecond) })},\n"advice":${JSON.stringify(advice)},\n"items":[\n${lines}`;
    else if (lines !== "") yield `,\n${lines}`;
    begun = true;
  }
  yield "\n]}\n";
}

const COLUMNS = ["kind", "id", "name", "action", "heldBy", "until", "attribute", "before", "after"];

/** A line for each attribute that changes, and one for an item without such attributes. */
export async function* planAsCsv(pages: PlanPages): AsyncIterable<string> {
  yield csvHead(COLUMNS);
  for await (const { items } of pages) yield items.flatMap(linesOf).join("");
}

function linesOf({ kind, id, name, action, heldBy, until, changes }: PlanItem): readonly string[] {
  const item: readonly Cell[] = [kind, id, name, action, heldBy, until];
  const changed = Object.entries(withoutNumbers(changes));
  if (changed.length === 0) return [csvLine([...item, "", "", ""])];
  return changed.map(([attribute, { before, after }]) =>
    csvLine([...item, attribute, cellOf(before), cellOf(after)]),
  );
}

const cellOf = (value: JsonValue | undefined): Cell =>
  typeof value === "object" && value !== null ? JSON.stringify(value) : (value ?? undefined);

const withoutNumbers = (changes: Changes): Changes =>
  Object.fromEntries(
    Object.entries(changes).map(([attribute, sides]) => [
      attribute,
      isNumber(attribute)
        ? Object.fromEntries(Object.entries(sides).map(([side, value]) => [side, hiddenNumber(value)]))
        : sides,
    ]),
  );
