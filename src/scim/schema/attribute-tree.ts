import type { AttributeNames, ResourceSchema } from "./attributes.ts";

/** Attributes by name, each with its sub-attributes; one named `[]` says that the attribute above is a list of such values. */
export interface AttributeTree {
  readonly [name: string]: AttributeTree;
}

const treeOf = ({ all }: AttributeNames): AttributeTree =>
  Object.fromEntries(all.map(({ name, sub, multiValued }) => [name, multiValued ? { "[]": treeOf(sub) } : treeOf(sub)]));

/** What a stored document can hold of the core schema, and below the URN of an extension of ours; undefined for another extension. */
export const coreTree = ({ attributes }: ResourceSchema): AttributeTree => {
  const { groups: _computed, meta: _outside, members: _rows, ...stored } = treeOf(attributes);
  return stored;
};
export function extensionTree(resource: ResourceSchema, urn: string): AttributeTree | undefined {
  const extension = resource.extension(urn);
  return extension && treeOf(extension.attributes);
}
