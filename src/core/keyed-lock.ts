/**
 * Runs tasks of one key one after the other, tasks of different keys side by side. Within one process it spares optimistic writers of the same
 * row their retries; it promises nothing across processes.
 */
export function createKeyedLock(): <T>(key: string, task: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>();
  return async (key, task) => {
    const before = tails.get(key);
    const mine = (async () => {
      if (before) await before.catch(() => undefined);
      return task();
    })();
    tails.set(key, mine);
    try {
      return await mine;
    } finally {
      if (tails.get(key) === mine) tails.delete(key);
    }
  };
}
