/**
 * The number of reads that run at the same time. Reading overlaps with hashing, and the memory stays bounded.
 */
const AHEAD = 4;

/**
 * The answers of `read` for 0 to `count` - 1, in this order. Throws the error of a read at its place in the
 * order.
 */
export async function* readAhead<T>(count: number, read: (index: number) => Promise<T>): AsyncIterable<T> {
  const waiting: Promise<T>[] = [];
  let next = 0;
  const begin = (): void => {
    const answer = read(next++);
    // The loop below awaits this promise later, and then throws its error. Without this handler Node would
    // report an unhandled rejection before that.
    answer.catch(() => undefined);
    waiting.push(answer);
  };
  while (next < count && waiting.length < AHEAD) begin();
  for (let first = waiting.shift(); first !== undefined; first = waiting.shift()) {
    const answer = await first;
    if (next < count) begin();
    yield answer;
  }
}
