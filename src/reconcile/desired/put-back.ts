import type { Desired } from "../plan.ts";
import type { TargetAdapter } from "../target.ts";
import type { Attributes } from "../target-values.ts";

/** Not restored: only the directory decides about departments and roles, and an account keeps its kind. */
const NOT_PUT_BACK: ReadonlySet<string> = new Set([
  "departments",
  "mainDepartment",
  "departmentOrders",
  "roles",
  "exclusive_account_type",
]);

/**
 * The desired state of a restored person: the values of the directory, and the values before the removal for
 * attributes that the target leaves empty. Pure.
 */
export function puttingBack(
  target: Pick<TargetAdapter, "normalize">,
  desired: Desired,
  kept: Attributes | undefined,
): Desired {
  if (!kept || desired.state !== "present") return desired;
  const { attributes } = target.normalize("user", titlesWithin(kept, desired.attributes["departments"]));
  const more = Object.entries(attributes).filter(
    ([name, value]) =>
      !NOT_PUT_BACK.has(name) && value !== null && value !== "" && desired.attributes[name] === undefined,
  );
  return {
    ...desired,
    attributes: { ...Object.fromEntries(more), ...desired.attributes },
    when: { ...desired.when, ...Object.fromEntries(more.map(([name]) => [name, "neverOverwrite" as const])) },
  };
}

/**
 * Titles in single departments. Keeps those of departments that the person is in again, if they differ from
 * the person's own title.
 */
function titlesWithin({ departmentTitles, ...kept }: Attributes, departments: unknown): Attributes {
  if (!Array.isArray(departmentTitles)) return kept;
  const titles = departmentTitles.filter((entry: string) => {
    const at = entry.indexOf("=");
    return (
      Array.isArray(departments) &&
      departments.includes(entry.slice(0, at)) &&
      entry.slice(at + 1) !== kept["title"]
    );
  });
  return titles.length > 0 ? { ...kept, departmentTitles: titles } : kept;
}
