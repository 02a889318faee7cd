import type { Desired } from "../plan.ts";
import type { TargetAdapter } from "../target.ts";
import type { Attributes } from "../target-values.ts";

/** The directory alone says where somebody belongs; and an account keeps its kind. */
const NOT_PUT_BACK: ReadonlySet<string> = new Set(["departments", "mainDepartment", "departmentOrders", "roles", "exclusive_account_type"]);

/**
 * What is desired of a person who is put back: what the directory says, and besides, where the target has nothing of its own, what it held when they were
 * removed. Pure.
 */
export function puttingBack(target: Pick<TargetAdapter, "normalize">, desired: Desired, kept: Attributes | undefined): Desired {
  if (!kept || desired.state !== "present") return desired;
  const { attributes } = target.normalize("user", titlesWithin(kept, desired.attributes["departments"]));
  const more = Object.entries(attributes).filter(
    ([name, value]) => !NOT_PUT_BACK.has(name) && value !== null && value !== "" && desired.attributes[name] === undefined,
  );
  return {
    ...desired,
    attributes: { ...Object.fromEntries(more), ...desired.attributes },
    when: { ...desired.when, ...Object.fromEntries(more.map(([name]) => [name, "neverOverwrite" as const])) },
  };
}

/** Titles of single departments: of those the person is in again, and only what is not the person's own title said once more. */
function titlesWithin({ departmentTitles, ...kept }: Attributes, departments: unknown): Attributes {
  if (!Array.isArray(departmentTitles)) return kept;
  const titles = departmentTitles.filter((entry: string) => {
    const at = entry.indexOf("=");
    return Array.isArray(departments) && departments.includes(entry.slice(0, at)) && entry.slice(at + 1) !== kept["title"];
  });
  return titles.length > 0 ? { ...kept, departmentTitles: titles } : kept;
}
