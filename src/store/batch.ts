/**
 * Joins calls made side by side into one: what arrives while a batch is on its way leaves with the next one. A single call is not delayed beyond the
 * current turn of the event loop. `run` answers in the order of its items; when it rejects, every caller of that batch hears of it.
 */
export function batched<Item, Answer>(
  run: (items: readonly Item[]) => Promise<readonly Answer[]>,
  limit = 200,
): (item: Item) => Promise<Answer> {
  interface Call {
    readonly item: Item;
    resolve(answer: Answer): void;
    reject(error: unknown): void;
  }
  let waiting: Call[] = [];
  let running = false;

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const calls = waiting.slice(0, limit);
      waiting = waiting.slice(limit);
      try {
        const answers = await run(calls.map((call) => call.item));
        for (const [at, call] of calls.entries()) call.resolve(answers[at]!);
      } catch (error) {
        for (const call of calls) call.reject(error);
      }
    }
    running = false;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (running) return;
      running = true;
      setImmediate(() => void drain());
    });
}
