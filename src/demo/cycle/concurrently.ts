/** Number of requests of the demo that are sent at the same time. */
export const WIDTH = 8;

/**
 * Runs `work` for all items, for at most `width` at the same time. Rejects after the first failure, and
 * begins no further item.
 */
export async function concurrently<T>(
  items: readonly T[],
  width: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const lane = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const index = next++;
      try {
        await work(items[index]!, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
}
