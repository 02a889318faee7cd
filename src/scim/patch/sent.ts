import { isUnassigned } from "../dialect-values.ts";
import type { ResourceSchema } from "../schema/attributes.ts";
import { membersOf, type Operation } from "./operation.ts";
import { findPath, type PathTarget } from "./path.ts";

/**
 * The attributes that operations name, even without a change (`UserContent.sent`). Only for operations that
 * applyPatch has accepted.
 */
export function sentBy(operations: readonly Operation[], schema: ResourceSchema): readonly string[] {
  const names = new Set<string>();
  const members = (value: unknown, prefix: string): void => {
    for (const [name, own] of Object.entries(membersOf(value, "value")))
      named(findPath(schema, prefix + name), own);
  };
  const named = (target: PathTarget | undefined, value: unknown): void => {
    if (target?.kind === "attribute") {
      const { attribute, extension } = target;
      names.add(extension === undefined ? attribute.name : `${extension.id}:${attribute.name}`);
    } else if (target?.kind === "foreign")
      names.add(target.name === undefined ? target.urn : `${target.urn}:${target.name}`);
    else if (target?.kind === "core") members(value, "");
    else if (target && isUnassigned(value)) names.add(target.extension.id);
    else if (target) members(value, `${target.extension.id}:`);
  };
  for (const { path, value } of operations) {
    if (path === undefined) members(value, "");
    else named(findPath(schema, path), value);
  }
  return [...names];
}
