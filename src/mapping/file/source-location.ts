import { isMap, isNode, isPair, isScalar, type Node, type Scalar } from "yaml";

/** Keys and indexes down to a node of a YAML document. */
export type Path = readonly (string | number)[];

/**
 * The start of the value at `path`, or of a character in it. For a missing node, the start of its nearest
 * ancestor.
 */
export function valuePosition(
  root: Node | null,
  path: Path,
  source: string,
  offset: number | undefined,
): number {
  let node = root;
  for (const part of path) {
    const found = childOf(node, part);
    // The short form of a rule is its expression, without a key `value` below it.
    if (!found) break;
    node = found.value ?? found.key;
  }
  if (offset !== undefined && isScalar(node)) return insideScalar(node, source, offset);
  return node?.range?.[0] ?? 0;
}

/** The start of the key at the end of `path`. */
export function keyPosition(root: Node | null, path: Path): number {
  let node = root;
  let key: Node | null = root;
  for (const part of path) {
    const found = childOf(node, part);
    if (!found) break;
    node = found.value;
    key = found.key ?? found.value;
  }
  return key?.range?.[0] ?? 0;
}

function childOf(
  node: Node | null,
  part: string | number,
): { readonly key: Node | null; readonly value: Node | null } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(part),
    );
    return pair
      ? { key: isNode(pair.key) ? pair.key : null, value: isNode(pair.value) ? pair.value : null }
      : undefined;
  }
  const items: readonly unknown[] = node && "items" in node && Array.isArray(node.items) ? node.items : [];
  const item = items[Number(part)];
  return isNode(item) ? { key: null, value: item } : undefined;
}

/**
 * The position of a character of a scalar in the file. Folded and escaped texts only have the position of
 * their begin.
 */
function insideScalar(scalar: Scalar, source: string, offset: number): number {
  const [start, end] = scalar.range ?? [0, 0];
  const value = String(scalar.value);
  const written = source.slice(start, end);
  if (written === value) return start + offset;
  if (written.slice(1, -1) === value) return start + 1 + offset;
  if (scalar.type !== "BLOCK_LITERAL") return start;
  const [, ...body] = written.split("\n");
  const indent = /^ */.exec(body.find((line) => line.trim() !== "") ?? "")![0].length;
  const before = value.slice(0, offset).split("\n");
  const lineStart = written.length - body.slice(before.length - 1).join("\n").length;
  return start + lineStart + indent + before[before.length - 1]!.length;
}
