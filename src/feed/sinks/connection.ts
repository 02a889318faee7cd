/** A client of a broker's library, which may fail to begin, never answer, and fail to end. */
export interface Client<Producer> {
  readonly producer: Producer;
  begin(): Promise<void>;
  /** Is called once, also for a client that has not begun. */
  end(): Promise<void>;
}

/** The way to one broker: made when it is needed, kept while it works, and left behind when it does not. */
export interface Connection<Producer> {
  /** What `work` does with the producer. Rejects as that does, and at the end of `signal` in any case; the next call begins anew then. */
  use(work: (producer: Producer) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** Rejects as the library does, and when that takes longer than a second. */
  close(): Promise<void>;
}

/** What ends later than that is left behind. */
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
        // Why it failed is known; how its end went would say nothing more, and is not waited for.
        void close().catch(() => undefined);
        throw error;
      }
    },
    close,
  };
}

/** Rejects with the reason of `signal` as soon as it ends: a library that hangs is not waited for. */
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
 * Names of errors of the protocol and the network, never what they say. Libraries wrap: where one error has led to another, the first that happened tells most.
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

/** A name that tells nothing, as every error has it, is none. */
const isName = (text: string): boolean =>
  /^[\w-]{1,60}$/.test(text) && !/^(Type|Range)?Error$/.test(text) && text !== "KafkaJSNumberOfRetriesExceeded";
