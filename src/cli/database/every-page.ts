/** A list that answers page by page, whole. `from`: where the next page begins. */
export async function* everyPage<Page extends { readonly next?: string }>(
  read: (from: { readonly after?: string }) => Promise<Page>,
): AsyncIterable<Page> {
  let from: { readonly after?: string } | undefined = {};
  while (from) {
    // In turn: each page says where the next begins.
    const page: Page = await read(from);
    yield page;
    from = page.next === undefined ? undefined : { after: page.next };
  }
}
