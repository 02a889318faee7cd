/** A client of a broker's library. It may fail to begin, never answer, or fail to end. */
export interface Client<Producer> {
  readonly producer: Producer;
  begin(): Promise<void>;
  /** Called once, even for a client that has not begun. */
  end(): Promise<void>;
}

/**
 * The connection to one broker. It is opened when needed, kept while it works, and dropped after a failure.
 */
export interface Connection<Producer> {
  /**
   * Runs `work` with the producer. Rejects as `work` does, and always at the end of `signal`; then the next
   * call opens a new connection.
   */
  use(work: (producer: Producer) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** Rejects as the library does, or if closing takes longer than a second. */
  close(): Promise<void>;
}

/** Maximum time for closing. */
const CLOSE_MS = 1_000;

interface Open<Producer> {
  readonly client: Client<Producer>;
  readonly begun: Promise<void>;
}

export function createConnection<Producer>(open: () => Client<Producer>): Connection<Producer> {
  let current: Open<Producer> | undefined;

  function begin(): Open<Producer> {
    const client = open();
    return { client, begun: client.begin() };
  }

  async function close(): Promise<void> {
    const left = current;
    current = undefined;
    if (left) await within(left.client.end(), AbortSignal.timeout(CLOSE_MS));
  }

  return {
    async use(work, signal) {
      try {
        current ??= begin();
        const { client, begun } = current;
        await within(begun, signal);
        await within(work(client.producer), signal);
      } catch (error) {
        // The cause of the failure is known. The result of closing adds nothing and is not awaited.
        void close().catch(() => undefined);
        throw error;
      }
    },
    close,
  };
}

/** Rejects with the reason of `signal` as soon as it is aborted, so a hanging library is not awaited. */
export async function within<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  const over = new AbortController();
  const ended = new Promise<never>((_resolve, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true, signal: over.signal }),
  );
  try {
    return await Promise.race([work, ended]);
  } finally {
    over.abort();
  }
}

const DEEPEST = 8;

/**
 * The name of a protocol or network error, never its text. Libraries wrap errors; the innermost one is the
 * most precise.
 */
export function answerOf(error: unknown): string {
  let answer = "failed";
  for (let at = error, depth = 0; at instanceof Error && depth < DEEPEST; at = at.cause, depth++) {
    const { type, code, name } = at as { type?: unknown; code?: unknown; name: string };
    if (name === "TimeoutError" || name === "AbortError") answer = "timeout";
    else if (typeof type === "string" && isName(type)) answer = type;
    else if (typeof code === "string" && isName(code)) answer = code;
    else if (typeof code === "number") answer = isName(name) ? `${name}-${code}` : `code-${code}`;
    else if (isName(name)) answer = name;
  }
  return answer;
}

/** False for a name without information. */
const isName = (text: string): boolean =>
  /^[\w-]{1,60}$/.test(text) &&
  !/^(Type|Range)?Error$/.test(text) &&
  text !== "KafkaJSNumberOfRetriesExceeded";
