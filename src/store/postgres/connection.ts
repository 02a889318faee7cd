import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import pg from "pg";

/*
 * A connection that never waits for ever. A database that is frozen, or whose packets are lost, says nothing at all, and then neither its own time-outs nor TCP's
 * end a wait. The watch is the socket's own idle timer: node moves it on with each read and write, so a statement costs no timer of its own.
 */

/** The server owes an answer and has been silent for too long. */
export class NoAnswer extends Error {
  readonly code = "NO_ANSWER";
}

export interface ConnectionConfig extends pg.ClientConfig {
  /** Of silence while an answer is owed. Longer than the server's own bound of a statement: as long as it works, it is the server that ends one. */
  readonly answerTimeoutMs: number;
  /** The same while the connection is patient. */
  readonly patientTimeoutMs: number;
  /** Whether it is patient all the time. */
  readonly patient: boolean;
}

const READ_ONLY = "25006";
/** How long a server may take to show that it takes connections. */
const PROBE_MS = 1_000;
/** How long the other side may take to close a connection that is being ended. */
const GOODBYE_MS = 1_000;

export class Connection extends pg.Client {
  /**
   * A statement under way may take long for good reasons. Silence then is a question: whether the server still takes connections. It is asked whenever
   * `answerTimeoutMs` have passed, so that a server that does not is found out as soon as with any other statement.
   */
  patient: boolean;
  /** Whether it is checked out of the pool. */
  lent = false;
  /** Not to be lent out once more. */
  retired = false;
  /** Told when the server refuses a write because it takes none. */
  onReadOnly = () => {};
  readonly #config: ConnectionConfig;
  #leaving = false;
  #silentMs = 0;
  #bytesRead = 0;

  constructor(config: ConnectionConfig) {
    super(config);
    this.#config = config;
    this.patient = config.patient;
    this.once("connect", () => this.#watch());
    partsOf(this).connection.on("errorMessage", ({ code }) => {
      if (code === READ_ONLY) this.onReadOnly();
    });
  }

  override end(callback?: (error: Error) => void): Promise<void> {
    this.#leaving = true;
    boundGoodbye(this);
    // Both forms of the library are equal if the result is ignored.
    return callback === undefined ? super.end() : (super.end(callback) as unknown as Promise<void>);
  }

  /** Whatever is under way fails with `reason`. */
  destroy(reason: Error): void {
    partsOf(this).connection.stream.destroy(reason);
  }

  #watch(): void {
    const { stream } = partsOf(this).connection;
    stream.setTimeout(this.#config.answerTimeoutMs);
    stream.on("timeout", () => {
      if (!this.#leaving && !partsOf(this).readyForQuery) void this.#heardNothing(stream);
    });
  }

  async #heardNothing(stream: Socket): Promise<void> {
    const { answerTimeoutMs, patientTimeoutMs } = this.#config;
    this.#silentMs = (stream.bytesRead === this.#bytesRead ? this.#silentMs : 0) + answerTimeoutMs;
    this.#bytesRead = stream.bytesRead;
    const waitsOn = this.patient && this.#silentMs < patientTimeoutMs && (await takesConnections(this.#config));
    if (waitsOn) stream.setTimeout(answerTimeoutMs);
    else if (!partsOf(this).readyForQuery) stream.destroy(new NoAnswer(`the database has not answered for ${this.#silentMs} ms`));
  }
}

/** A refusal is an answer too. Never rejects. */
async function takesConnections(config: ConnectionConfig): Promise<boolean> {
  const client = new pg.Client({ ...config, connectionTimeoutMillis: PROBE_MS });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    return error instanceof pg.DatabaseError;
  } finally {
    client.end().catch(() => undefined);
    boundGoodbye(client);
  }
}

function boundGoodbye(client: pg.Client): void {
  const { stream } = partsOf(client).connection;
  stream.setTimeout(GOODBYE_MS, () => stream.destroy());
}

interface Parts {
  readonly connection: EventEmitter<{ errorMessage: [{ readonly code?: string }] }> & { readonly stream: Socket };
  readonly readyForQuery: boolean;
}

/** The library has no other way to its socket, nor to whether it waits for an answer, and its types name neither. */
const partsOf = (client: pg.Client): Parts => client as unknown as Parts;
