/** Bundles read while the one before is looked at: whoever reads and whoever hashes work side by side, and what is in memory stays bounded. */
const AHEAD = 4;

/** What `read` answers for 0 up to `count`, in this order. */
export async function* readAhead<T>(count: number, read: (index: number) => Promise<T>): AsyncIterable<T> {
  const waiting: Promise<T>[] = [];
  let next = 0;
  const begin = (): void => {
    const one = read(next++);
    // It is heard of when its turn comes, or not at all after an earlier one.
    one.catch(() => undefined);
    waiting.push(one);
  };
  while (next < count && waiting.length < AHEAD) begin();
  for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
    const answer = await one;
    if (next < count) begin();
    yield answer;
  }
}
