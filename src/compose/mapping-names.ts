import type { CompileOptions } from "../mapping/compile.ts";
import { GROUP_EXTENSIONS, PERSON_EXTENSIONS } from "../mapping/extensions.ts";
import { type AttributeTree, coreTree, extensionTree } from "../scim/schema/attribute-tree.ts";
import { groupResource, userResource } from "../scim/schema/schemas.ts";
import { ATTRIBUTE_NAMES } from "../targets/registry.ts";

/**
 * The attributes that a mapping may read in the directory and set at the target. So a misspelt name is a
 * mistake of the file, and not a rule without effect.
 */
export function knownNames(target: "dingtalk"): CompileOptions {
  const names = ATTRIBUTE_NAMES[target];
  return {
    ...(names ? { personAttributes: names("user"), departmentAttributes: names("department") } : {}),
    personDocument: { user: coreTree(userResource), ...extensions(userResource, PERSON_EXTENSIONS) },
    groupDocument: {
      group: coreTree(groupResource),
      department: DEPARTMENT,
      ...extensions(groupResource, GROUP_EXTENSIONS),
    },
  };
}

/** The members of the variable `department` (mapping/departments/departments.ts). */
const DEPARTMENT = { path: {}, name: {}, level: {} };

/** A variable may stand for several URNs of one extension. The first is the published one. */
const extensions = (
  resource: typeof userResource,
  variables: Readonly<Record<string, readonly string[]>>,
): Record<string, AttributeTree> =>
  Object.fromEntries(
    Object.entries(variables).flatMap(([name, [urn = ""]]) => {
      const tree = extensionTree(resource, urn);
      return tree ? [[name, tree] as const] : [];
    }),
  );
