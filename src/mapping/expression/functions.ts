import type { Environment } from "@marcbachmann/cel-js";
import { fold } from "../../core/text/fold.ts";
import { isZone } from "../../core/zone.ts";
import { DEFAULT_ZONE, type MappingFile } from "../file/file.ts";
import type { MappingNoteCode } from "../note-codes.ts";
import { dateToMs } from "./date.ts";
import type { EvaluationNote } from "./evaluation.ts";
import { matchesGlob } from "./glob.ts";
import { joinName, splitName } from "./person-name.ts";
import { isRegion, readablePhone, readPhone } from "./phone.ts";
import { asList, asText, EMPTY, isEmpty, isTrue, member, typedEntry } from "./scim-values.ts";
import { treePath } from "./tree.ts";

/** The state of one evaluation. Evaluations are synchronous, so a compiled mapping needs only one. */
export interface Evaluation {
  steps: number;
  notes: EvaluationNote[];
}

/** Far more than a sensible rule needs for one person, and a few milliseconds at most. */
const MAX_STEPS = 10_000;
const MAX_JOINED = 16_384;

/** Functions for authors, with their numbers of arguments. Other functions of the library are refused when the file is read. */
export const FUNCTIONS: Readonly<Record<string, readonly number[]>> = {
  has: [1],
  size: [1],
  string: [1],
  int: [1],
  double: [1],
  firstOf: [1, 2, 3, 4, 5, 6, 7, 8],
  join: [2],
  lower: [1],
  upper: [1],
  trim: [1],
  oneLine: [1],
  like: [2],
  lookup: [2, 3],
  treePath: [2],
  phone: [1, 2],
  readablePhone: [1],
  phoneOf: [2],
  emailOf: [2],
  addressOf: [2],
  fullName: [1],
  splitName: [1, 2],
  dateMs: [1, 2],
};

/** Methods of texts and lists for authors. `matches` is excluded, because a backtracking engine would run its pattern. */
export const TEXT_METHODS = [
  "startsWith",
  "endsWith",
  "contains",
  "lowerAscii",
  "upperAscii",
  "trim",
  "indexOf",
  "lastIndexOf",
  "substring",
  "split",
] as const;
export const LIST_MACROS = ["all", "exists", "exists_one", "map", "filter"] as const;

export class TooManySteps extends Error {}

export const exhausted = (evaluation: Evaluation): boolean => evaluation.steps > MAX_STEPS;

export function registerFunctions(
  environment: Environment,
  file: Pick<MappingFile, "region" | "zone" | "tables" | "trees">,
  evaluation: Evaluation,
): void {
  const note: Note = (code, text) => {
    evaluation.notes.push({ code, text });
    return EMPTY;
  };
  const step = <T>(value: T): T => {
    evaluation.steps += 1;
    if (evaluation.steps > MAX_STEPS) throw new TooManySteps(`takes more than ${MAX_STEPS} steps`);
    return value;
  };
  const register = (name: string, handler: (...values: unknown[]) => unknown, ...arities: readonly number[]): void => {
    for (const arity of arities)
      environment.registerFunction(`${name}(${Array(arity).fill("dyn").join(", ")}): dyn`, handler, { async: false });
  };
  const tables = new Map(
    Object.entries(file.tables).map(([name, table]) => [
      name,
      new Map(Object.entries(table).map(([key, value]) => [fold(key.trim()), value])),
    ]),
  );

  // The forms to which `lenient.ts` rewrites member access and conditions.
  register("at", (value, key) => step(member(value, key)), 2);
  register("step", step, 1);
  register("text", asText, 1);
  environment.registerFunction("textual(dyn): string", asText, { async: false });
  const items = (value: unknown): unknown[] => {
    const list = asList(value);
    evaluation.steps += list.length > MAX_STEPS ? MAX_STEPS : 0;
    return [...step(list)];
  };
  environment.registerFunction("items(dyn): list", items, { async: false });
  environment.registerFunction("truth(dyn): bool", (value: unknown) => step(isTrue(value)), { async: false });
  environment.registerFunction("present(dyn): bool", (value: unknown) => !isEmpty(value), { async: false });
  environment.registerFunction("count(dyn): int", countOf, { async: false });

  register("firstOf", (...values) => values.find((value) => !isEmpty(value)) ?? EMPTY, ...FUNCTIONS.firstOf!);
  register("join", (values, separator) => joined(asList(values), asSeparator(separator)), 2);
  register("lower", (value) => asText(value).toLowerCase(), 1);
  register("upper", (value) => asText(value).toUpperCase(), 1);
  register("trim", asText, 1);
  register("oneLine", (value) => asText(value).replace(/\s+/g, " "), 1);
  environment.registerFunction(
    "like(dyn, dyn): bool",
    (value: unknown, pattern: unknown) => matchesGlob(asText(value).slice(0, 1_000), asText(pattern).slice(0, 200)),
    { async: false },
  );

  const lookup = (table: unknown, value: unknown, fallback: unknown): unknown => {
    const key = fold(asText(value));
    if (key === "") return EMPTY;
    const found = tables.get(asText(table))?.get(key);
    if (found !== undefined) return found;
    return fallback ?? note("notInTable", `table ${asText(table)} has no entry for the value`);
  };
  register("lookup", lookup, 2, 3);
  register(
    "treePath",
    (tree, value) =>
      treePath(asText(tree), file.trees[asText(tree)] ?? {}, value, () =>
        note("notInTree", `tree ${asText(tree)} has no entry for the value or for its parent`),
      ),
    2,
  );

  register("phone", (value, region) => phone(value, region, file.region, note), 1, 2);
  register("readablePhone", (value) => readablePhone(asText(value)), 1);
  register("phoneOf", (user, type) => member(typedEntry(member(user, "phoneNumbers"), asText(type)), "value"), 2);
  register("emailOf", (user, type) => member(typedEntry(member(user, "emails"), asText(type)), "value"), 2);
  register("addressOf", (user, type) => typedEntry(member(user, "addresses"), asText(type)) ?? EMPTY, 2);

  register("fullName", (name) => joinName({ given: asText(member(name, "givenName")), family: asText(member(name, "familyName")) }), 1);
  const split = (text: unknown, order: unknown): unknown => ({
    ...splitName(asText(text).slice(0, 1_000), asText(order) === "familyFirst" ? "familyFirst" : "givenFirst"),
  });
  register("splitName", split, 1, 2);

  // If the zone depends on the person, a date that is only displayed is in the default zone.
  const zoneOfFile = isZone(file.zone) ? file.zone : DEFAULT_ZONE;
  const dateMs = (value: unknown, zone: unknown): unknown => {
    const text = asText(value);
    if (text === "") return EMPTY;
    const inZone = zone === undefined ? zoneOfFile : asText(zone);
    if (!isZone(inZone)) return note("unknownZone", `${inZone} is not a time zone`);
    const ms = dateToMs(text.slice(0, 64), inZone);
    return ms === undefined ? note("dateNotUnderstood", "the value is not an ISO 8601 date or time") : BigInt(ms);
  };
  register("dateMs", dateMs, 1, 2);
}

type Note = (code: MappingNoteCode, text: string) => typeof EMPTY;

function phone(value: unknown, region: unknown, ownRegion: string, note: Note): unknown {
  const number = asText(value);
  if (number === "") return EMPTY;
  const inRegion = region === undefined ? ownRegion : asText(region).toUpperCase();
  if (!isRegion(inRegion)) note("unknownRegion", `${inRegion} is not a region with a telephone plan`);
  const reading = readPhone(number, inRegion);
  if ("number" in reading) return reading.number;
  if (reading.elsewhere.length === 0) note("phoneNotUnderstood", "the number is not one that can exist, so it is passed on as it came");
  else note("phoneOfAnotherRegion", `without a country code it is no number of ${inRegion} but of ${reading.elsewhere.join(", ")}`);
  return number;
}

const countOf = (value: unknown): bigint =>
  BigInt(
    typeof value === "string"
      ? [...value].length
      : Array.isArray(value)
        ? value.length
        : isEmpty(value)
          ? 0
          : Object.keys(Object(value)).length,
  );

/** A separator keeps its blanks. */
const asSeparator = (value: unknown): string => (typeof value === "string" ? value : asText(value));

function joined(values: readonly unknown[], separator: string): string {
  const texts: string[] = [];
  let length = 0;
  for (const value of values) {
    const text = asText(value);
    if (text === "") continue;
    length += text.length + separator.length;
    if (length > MAX_JOINED) break;
    texts.push(text);
  }
  return texts.join(separator);
}
