/** All pages of a list. `from`: the start of the next page. */
export async function* everyPage<Page extends { readonly next?: string }>(
  read: (from: { readonly after?: string }) => Promise<Page>,
): AsyncIterable<Page> {
  let from: { readonly after?: string } | undefined = {};
  while (from) {
    // One after the other, because each page has the start of the next.
    const page: Page = await read(from);
    yield page;
    from = page.next === undefined ? undefined : { after: page.next };
  }
}
