import { WebSocket } from "ws";
import { type Clock, sleepUnlessAborted } from "../../../core/clock.ts";
import type { ListeningEnd } from "../../../reconcile/target-hints.ts";
import { type Frame, readFrame } from "./frames.ts";

/* One connection to the Stream gateway (docs/dingtalk.md 10.2). */

export interface Connection {
  /**
   * Resolves when the connection ends. `askedBack`: the gateway asks for a new one, and this one works until
   * it is closed. Never rejects.
   */
  readonly over: Promise<Exclude<ListeningEnd, "refused">>;
  close(): void;
}

export interface ConnectionOptions {
  readonly clock: Clock;
  /** A connection without a frame for this time is dead. */
  readonly silentMs: number;
  readonly onFrame: (
    frame: Exclude<Frame, { kind: "ping" | "disconnect" }>,
    answer: (text: string) => void,
  ) => void;
  readonly onSign: () => void;
}

const HANDSHAKE_MS = 10_000;
/** Events name people and departments. One act of an administrator bounds their number. */
const MAX_FRAME_BYTES = 1024 * 1024;
/** Number of pings within the time `silentMs`. */
const PINGS = 4;

/**
 * Resolves with the first frame. Rejects if none arrives, because an open socket without a frame is not a
 * connection. Later, answers to our pings count as well, because the gateway may be silent for long between
 * events.
 */
export function connect(url: string, options: ConnectionOptions, signal: AbortSignal): Promise<Connection> {
  const { clock, silentMs, onFrame, onSign } = options;
  const socket = new WebSocket(url, {
    handshakeTimeout: HANDSHAKE_MS,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    followRedirects: false,
  });
  const ended = new AbortController();
  let lastMs = clock.monotonicMs();
  let hasSpoken = false;
  let finish: (end: Exclude<ListeningEnd, "refused">) => void = () => undefined;
  const over = new Promise<Exclude<ListeningEnd, "refused">>((resolve) => {
    finish = resolve;
  });
  const close = (): void => {
    ended.abort();
    socket.terminate();
  };
  const send = (text: string): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(text);
  };
  const sign = (): void => {
    lastMs = clock.monotonicMs();
    onSign();
  };

  async function watch(): Promise<void> {
    while (!ended.signal.aborted) {
      await sleepUnlessAborted(clock, silentMs / PINGS, ended.signal);
      if (ended.signal.aborted) return;
      if (clock.monotonicMs() - lastMs >= silentMs) {
        finish("silent");
        close();
      } else if (socket.readyState === WebSocket.OPEN) socket.ping();
    }
  }

  return new Promise((resolve, reject) => {
    const stop = (): void => {
      finish("closed");
      close();
    };
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true, signal: ended.signal });
    socket.on("error", (error) => {
      reject(error);
      stop();
    });
    socket.on("close", () => {
      reject(new Error("the connection was closed"));
      stop();
    });
    void over.then((end) => reject(new Error(`the connection is ${end}`)));
    socket.on("pong", () => {
      if (hasSpoken) sign();
    });
    socket.on("message", (data, isBinary) => {
      const frame = isBinary ? undefined : readFrame(String(data));
      if (!frame) return;
      hasSpoken = true;
      sign();
      resolve({ over, close });
      if (frame.kind === "ping") send(frame.answer);
      else if (frame.kind === "disconnect") finish("askedBack");
      else onFrame(frame, send);
    });
    void watch();
  });
}
