/** Of rows that were read by one more than asked for: those asked for, and where the next page begins when there are more. */
export function pageOf<Item>(
  read: readonly Item[],
  count: number,
  keyOf: (item: Item) => string,
): { readonly items: readonly Item[]; readonly more: { readonly next?: string } } {
  const items = read.slice(0, count);
  const last = items.at(-1);
  return { items, more: read.length > count && last !== undefined ? { next: keyOf(last) } : {} };
}
