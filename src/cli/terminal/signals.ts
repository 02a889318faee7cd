/** Resolves at Ctrl-C, or at the signal with which service managers stop a process. */
export async function untilStopped(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

/** Runs `work` with a signal that Ctrl-C aborts, so that it can clean up. */
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

/** The user stopped the command. This is not a failure. */
export class Interrupted extends Error {}
