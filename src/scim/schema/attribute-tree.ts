import type { AttributeNames, ResourceSchema } from "./attributes.ts";

/**
 * Attributes by name, each with its sub-attributes. The name `[]` means that the attribute above is a list of
 * such values.
 */
export interface AttributeTree {
  readonly [name: string]: AttributeTree;
}

const treeOf = ({ all }: AttributeNames): AttributeTree =>
  Object.fromEntries(
    all.map(({ name, sub, multiValued }) => [name, multiValued ? { "[]": treeOf(sub) } : treeOf(sub)]),
  );

/**
 * The attributes of a stored document in the core schema, or below the URN of our own extensions. Undefined
 * for other extensions.
 */
export const coreTree = ({ attributes }: ResourceSchema): AttributeTree => {
  const { groups: _computed, meta: _outside, members: _rows, ...stored } = treeOf(attributes);
  return stored;
};
export function extensionTree(resource: ResourceSchema, urn: string): AttributeTree | undefined {
  const extension = resource.extension(urn);
  return extension && treeOf(extension.attributes);
}
