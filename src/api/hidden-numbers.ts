import type { JsonValue } from "../core/entity.ts";

/** Attributes that hold a telephone number. */
const NUMBERS: ReadonlySet<string> = new Set(["mobile", "telephone", "exclusive_mobile"]);

export const isNumber = (attribute: string): boolean => NUMBERS.has(attribute);

/** The last digits of the numbers in a value, as the page masks them. A short number is hidden whole. */
export function hiddenNumber<T extends JsonValue>(value: T): T | string {
  if (value === null) return value;
  const digits = (typeof value === "string" ? value : JSON.stringify(value)).replace(/\D/g, "");
  return `••••${digits.length > 6 ? digits.slice(-4) : ""}`;
}
