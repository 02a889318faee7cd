/**
 * Cuts a page from rows that were read with `limit count + 1`. `next`: the key of the last item, only if
 * there are more rows.
 */
export function pageOf<Item>(
  read: readonly Item[],
  count: number,
  keyOf: (item: Item) => string,
): { readonly items: readonly Item[]; readonly more: { readonly next?: string } } {
  const items = read.slice(0, count);
  const last = items.at(-1);
  return { items, more: read.length > count && last !== undefined ? { next: keyOf(last) } : {} };
}
