import { missing, Refused, refuse } from "./refusal.ts";

/** Query and body of a call, merged. JSON values keep their type; form values are text. */
export type Fields = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const badParameter = (name: string): Refused => refuse(40035, ` ${name}`);

/**
 * A string, number or boolean as text. Undefined for an absent field and for null; `""` stays `""`. Refuses
 * other types with 40035.
 */
export function text(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw badParameter(name);
}

/** Text of at most `max` characters (Unicode code points, not bytes). Refuses longer text with `errcode`. */
export function boundedText(fields: Fields, name: string, max: number, errcode = 40035): string | undefined {
  const value = text(fields, name);
  if (value !== undefined && value.length > max && [...value].length > max) throw refuse(errcode, ` ${name}`);
  return value;
}

export function requiredText(fields: Fields, name: string): string {
  const value = text(fields, name);
  if (value === undefined || value === "") throw missing(name);
  return value;
}

/** A whole number, also written as text (form bodies). Refuses everything else with `errcode`. */
export function whole(fields: Fields, name: string, errcode = 40035): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === "") return undefined;
  const number =
    typeof value === "number"
      ? value
      : typeof value === "string" && /^-?\d{1,16}$/.test(value)
        ? Number(value)
        : Number.NaN;
  if (!Number.isSafeInteger(number)) throw refuse(errcode, ` ${name}`);
  return number;
}

export function requiredWhole(fields: Fields, name: string, errcode = 40035): number {
  const value = whole(fields, name, errcode);
  if (value === undefined) throw missing(name);
  return value;
}

/** A boolean, also as the text `true` or `false`. */
export function flag(fields: Fields, name: string): boolean | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === "") return undefined;
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw badParameter(name);
}

/**
 * The ids of a comma-separated list, without duplicates. A single number is a list of one id. Refuses an
 * array with 40035 (docs/dingtalk.md 13.2).
 */
export function ids(fields: Fields, name: string): string[] | undefined {
  const value = text(fields, name);
  if (value === undefined) return undefined;
  const parts = value.split(",").map((part) => part.trim());
  return [...new Set(parts.filter((part) => part !== ""))];
}

/** The department ids of a comma-separated list. Refuses ids that are not whole numbers with `errcode`. */
export function departmentIds(fields: Fields, name: string, errcode: number): number[] | undefined {
  return ids(fields, name)?.map((part) => {
    if (!/^-?\d{1,16}$/.test(part)) throw refuse(errcode, ` ${name}`);
    return Number(part);
  });
}

/** A list of objects: an array, or the JSON text of one (docs/dingtalk.md 3). */
export function objects(fields: Fields, name: string): Fields[] | undefined {
  const value = parsed(fields, name);
  if (value === undefined) return undefined;
  const list = isRecord(value) ? [value] : value;
  if (!Array.isArray(list) || !list.every(isRecord)) throw badParameter(name);
  return list;
}

/** An object, or the JSON text of one. Refuses everything else with `errcode`. */
export function object(fields: Fields, name: string, errcode = 40035): Fields | undefined {
  const value = parsed(fields, name, errcode);
  if (value === undefined) return undefined;
  if (!isRecord(value)) throw refuse(errcode, ` ${name}`);
  return value;
}

function parsed(fields: Fields, name: string, errcode = 40035): unknown {
  const value = fields[name];
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new Refused(refuse(errcode, ` ${name}`).refusal, { cause });
  }
}

/**
 * Offset and size of a page. Refuses an offset out of range with 40068, and a size out of range with 40069.
 */
export function page(
  fields: Fields,
  names: { readonly offset: string; readonly size: string; readonly max: number; readonly usual: number },
): { readonly offset: number; readonly size: number } {
  const offset = whole(fields, names.offset, 40068) ?? 0;
  const size = whole(fields, names.size, 40069) ?? names.usual;
  if (offset < 0 || offset > 100_000) throw refuse(40068);
  if (size < 1 || size > names.max) throw refuse(40069);
  return { offset, size };
}

/**
 * Drops the keys whose value is undefined. Spreading the result into a record changes only the fields that
 * the call contains.
 */
export function present<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
