import type { Clock } from "../../core/clock.ts";
import { TooManyRequests } from "../errors.ts";

/**
 * The limit of one client's running requests. It leaves database connections and processor time to the
 * others.
 */
export interface ClientShare {
  /** Enters one request of this client. Call `end` once in every case. */
  enter(client: string): Turn;
}

export interface Turn {
  /**
   * Undefined: the request may continue now. Otherwise resolves when it may continue, and rejects with
   * TooManyRequests if that takes too long.
   */
  readonly granted: Promise<void> | undefined;
  /** The request is done, or its client disconnected while it waited. */
  end(): void;
}

/** Two thirds of the connections of a process (main.ts), and more than any known client runs in parallel. */
export const RUNNING_OF_A_CLIENT = 10;
const WAITING_OF_A_CLIENT = 100;
/** Long enough for a burst of writes, and too short for a client to give up. */
const WAIT_MS = 5_000;
const RETRY_MS = 1_000;

interface Line {
  running: number;
  readonly waiting: Set<() => void>;
}

/**
 * The share of each client. `running`: maximum of one client at the same time; 0 is no limit. Clients are ids
 * of verified tokens. Only clients with running requests are stored.
 */
export function createClientShare(clock: Pick<Clock, "sleep">, running = RUNNING_OF_A_CLIENT): ClientShare {
  if (running === 0) return { enter: () => NO_LIMIT };
  const lines = new Map<string, Line>();

  function leave(client: string, line: Line): void {
    line.running -= 1;
    const [next] = line.waiting;
    if (next) next();
    else if (line.running === 0) lines.delete(client);
  }

  function wait(client: string, line: Line): Turn {
    const ended = new AbortController();
    let isIn = false;
    const granted = new Promise<void>((resolve, reject) => {
      const go = () => {
        line.waiting.delete(go);
        line.running += 1;
        isIn = true;
        ended.abort();
        resolve();
      };
      const refuse = () => {
        if (line.waiting.delete(go)) reject(new TooManyRequests(RETRY_MS));
      };
      line.waiting.add(go);
      // Aborted when nothing waits any more. After a disconnect the refusal has no effect.
      clock.sleep(WAIT_MS, ended.signal).then(refuse, refuse);
    });
    return {
      granted,
      end() {
        if (isIn) leave(client, line);
        else ended.abort();
      },
    };
  }

  return {
    enter(client) {
      let line = lines.get(client);
      if (!line) {
        line = { running: 0, waiting: new Set() };
        lines.set(client, line);
      }
      if (line.running >= running) {
        if (line.waiting.size >= WAITING_OF_A_CLIENT) throw new TooManyRequests(RETRY_MS);
        return wait(client, line);
      }
      line.running += 1;
      const own = line;
      return { granted: undefined, end: () => leave(client, own) };
    },
  };
}

const NO_LIMIT: Turn = { granted: undefined, end: () => undefined };
