import type { Environment } from "@marcbachmann/cel-js";
import { fold } from "../../core/text/fold.ts";
import type { MappingFile } from "../file/file.ts";
import { type Evaluation, MAX_STEPS, TooManySteps } from "./evaluation.ts";
import { FUNCTIONS } from "./functions.ts";
import { matchesGlob } from "./glob.ts";
import { registerDates, registerPeople } from "./person-functions.ts";
import type { Registry } from "./registry.ts";
import { asList, asText, EMPTY, isEmpty, isTrue, member } from "./scim-values.ts";
import { treePath } from "./tree.ts";

const MAX_JOINED = 16_384;

export function registerFunctions(
  environment: Environment,
  file: Pick<MappingFile, "region" | "zone" | "tables" | "trees">,
  evaluation: Evaluation,
): void {
  const registry: Registry = {
    environment,
    register(name, handler, ...arities) {
      for (const arity of arities)
        environment.registerFunction(`${name}(${Array(arity).fill("dyn").join(", ")}): dyn`, handler, {
          async: false,
        });
    },
    note(code, text) {
      evaluation.notes.push({ code, text });
      return EMPTY;
    },
  };
  registerRewrites(registry, evaluation);
  registerTexts(registry);
  registerTables(registry, file);
  registerPeople(registry, file.region);
  registerDates(registry, file.zone);
}

/** The forms to which `lenient.ts` rewrites member access and conditions. */
function registerRewrites({ environment, register }: Registry, evaluation: Evaluation): void {
  const step = <T>(value: T): T => {
    evaluation.steps += 1;
    if (evaluation.steps > MAX_STEPS) throw new TooManySteps(`takes more than ${MAX_STEPS} steps`);
    return value;
  };
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
}

function registerTexts({ environment, register }: Registry): void {
  register("firstOf", (...values) => values.find((value) => !isEmpty(value)) ?? EMPTY, ...FUNCTIONS.firstOf!);
  register("join", (values, separator) => joined(asList(values), asSeparator(separator)), 2);
  register("lower", (value) => asText(value).toLowerCase(), 1);
  register("upper", (value) => asText(value).toUpperCase(), 1);
  register("trim", asText, 1);
  register("oneLine", (value) => asText(value).replace(/\s+/g, " "), 1);
  environment.registerFunction(
    "like(dyn, dyn): bool",
    (value: unknown, pattern: unknown) =>
      matchesGlob(asText(value).slice(0, 1_000), asText(pattern).slice(0, 200)),
    { async: false },
  );
}

function registerTables({ register, note }: Registry, file: Pick<MappingFile, "tables" | "trees">): void {
  const tables = new Map(
    Object.entries(file.tables).map(([name, table]) => [
      name,
      new Map(Object.entries(table).map(([key, value]) => [fold(key.trim()), value])),
    ]),
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
