/**
 * Runs tasks of the same key in sequence, tasks of different keys concurrently. Within one process it saves
 * optimistic writers of the same row their retries; there is no guarantee across processes.
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
