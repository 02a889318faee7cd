import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import pg from "pg";

/*
 * A connection whose waits always end. If a database is frozen or its packets are lost, neither its own
 * time-outs nor those of TCP end a wait. The idle timer of the socket does. Node resets this timer with each
 * read and write, so a statement needs no timer of its own.
 */

/** The server has not sent anything for too long although an answer is due. */
export class NoAnswer extends Error {
  readonly code = "NO_ANSWER";
}

export interface ConnectionConfig extends pg.ClientConfig {
  /**
   * Limit of silence while an answer is due. It is longer than the server's own limit of a statement, so a
   * working server ends the statement itself.
   */
  readonly answerTimeoutMs: number;
  /** The same limit while the connection is patient. */
  readonly patientTimeoutMs: number;
  /** The connection is always patient. */
  readonly patient: boolean;
}

const READ_ONLY = "25006";
/** Limit for a test connection. */
const PROBE_MS = 1_000;
/** Limit for the server to close a connection that we have ended. */
const GOODBYE_MS = 1_000;

export class Connection extends pg.Client {
  /**
   * True: the running statement may take long for good reasons. Then silence for `answerTimeoutMs` causes a
   * test whether the server still accepts connections. So a dead server is detected as soon as with any other
   * statement.
   */
  patient: boolean;
  /** The connection is checked out of the pool. */
  lent = false;
  /** The connection must not be checked out again. */
  retired = false;
  /** Called if the server refuses a write because it is read-only. */
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
    // The library has two forms of `end`. They differ only in their result, which nobody uses.
    return callback === undefined ? super.end() : (super.end(callback) as unknown as Promise<void>);
  }

  /** Closes the connection. A running statement fails with `reason`. */
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
    const waitsOn =
      this.patient && this.#silentMs < patientTimeoutMs && (await takesConnections(this.#config));
    if (waitsOn) stream.setTimeout(answerTimeoutMs);
    else if (!partsOf(this).readyForQuery)
      stream.destroy(new NoAnswer(`the database has not answered for ${this.#silentMs} ms`));
  }
}

/** True: the server answers a new connection, also with a refusal. Never rejects. */
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
  readonly connection: EventEmitter<{ errorMessage: [{ readonly code?: string }] }> & {
    readonly stream: Socket;
  };
  readonly readyForQuery: boolean;
}

/** The library has no public access to its socket and its state, and its types do not have them. */
const partsOf = (client: pg.Client): Parts => client as unknown as Parts;
