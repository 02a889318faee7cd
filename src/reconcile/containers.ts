import type { Attributes } from "./target-values.ts";

/** Where an entity sits at the target: departments of a person, parent of a department, roles. Who is asked "is anybody still inside?" looks here. */
export function containersOf(attributes: Attributes): readonly string[] {
  const { departments, parent, roles } = attributes;
  return [
    ...(Array.isArray(departments) ? (departments as readonly string[]) : []),
    ...(typeof parent === "string" ? [parent] : []),
    ...(Array.isArray(roles) ? (roles as readonly string[]).map((role) => `role:${role}`) : []),
  ];
}
