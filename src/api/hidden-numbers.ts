import type { JsonValue } from "../core/entity.ts";
import type { Changes } from "../history/event.ts";
import type { PersonPreview } from "../reconcile/compare/preview.ts";

type Explanation = PersonPreview["explanations"][number];

/** Attributes that are telephone numbers. */
const NUMBERS: ReadonlySet<string> = new Set(["mobile", "telephone", "exclusive_mobile"]);

export const isNumber = (attribute: string): boolean => NUMBERS.has(attribute);

/** The last digits of the numbers in a value, in the page's mask. A short number is hidden completely. */
export function hiddenNumber<T extends JsonValue>(value: T): T | string {
  if (value === null) return value;
  const digits = (typeof value === "string" ? value : JSON.stringify(value)).replace(/\D/g, "");
  return `••••${digits.length > 6 ? digits.slice(-4) : ""}`;
}

export const isPhone = (path: string): boolean => /phone/i.test(path);

/** By the attribute or by its inputs, because a rule may put a number in any attribute. */
export const makesNumber = ({ attribute, sources }: Pick<Explanation, "attribute" | "sources">): boolean =>
  isNumber(attribute) || sources.some(({ path }) => isPhone(path));

/** The changes with masked numbers. `explanations`: of the changed attributes, before and after. */
export function maskedChanges(changes: Changes, explanations: readonly Explanation[]): Changes {
  const numbers = new Set(explanations.filter(makesNumber).map(({ attribute }) => attribute));
  return Object.fromEntries(
    Object.entries(changes).map(([attribute, sides]) => [
      attribute,
      numbers.has(attribute)
        ? Object.fromEntries(Object.entries(sides).map(([side, value]) => [side, hiddenNumber(value)]))
        : sides,
    ]),
  );
}
