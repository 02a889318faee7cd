import type { Attributes } from "./target-values.ts";

/**
 * The containers of an entity at the target: departments of a person, parent of a department, roles of a
 * person. The check "is somebody still inside?" uses them.
 */
export function containersOf(attributes: Attributes): readonly string[] {
  const { departments, parent, roles } = attributes;
  return [
    ...(Array.isArray(departments) ? (departments as readonly string[]) : []),
    ...(typeof parent === "string" ? [parent] : []),
    ...(Array.isArray(roles) ? (roles as readonly string[]).map((role) => `role:${role}`) : []),
  ];
}
