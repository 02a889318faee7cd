/** Resolves when somebody wants the program to end: Ctrl-C, or the signal that service managers send. */
export async function untilStopped(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

/** Runs `work` with a signal that is aborted on Ctrl-C, so that it can tidy up behind itself. */
export async function withInterrupt<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupted = new AbortController();
  const abort = () => interrupted.abort(new Interrupted("interrupted"));
  process.on("SIGINT", abort).on("SIGTERM", abort);
  try {
    return await work(interrupted.signal);
  } finally {
    process.off("SIGINT", abort).off("SIGTERM", abort);
  }
}

/** Ended by the person at the keyboard, which is no failure to explain. */
export class Interrupted extends Error {}
