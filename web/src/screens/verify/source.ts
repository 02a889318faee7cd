import { ApiError, fetchRaw } from "../../base/api.ts";
import type { LogSource } from "./verify.ts";

const TRIES = 8;
const PAUSE_MS = 2_000;

/** The log of this server. If the server answers 429, it waits and tries again. */
export function serverLog(signal: AbortSignal): LogSource {
  const read = async (address: string): Promise<Response> => {
    for (let tried = 1; ; tried++)
      try {
        return await fetchRaw(address, signal);
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 429) || tried === TRIES) throw error;
        await pause(PAUSE_MS, signal);
      }
  };
  return {
    checkpoint: async () => (await read("/history/checkpoint")).text(),
    keys: async () => (await read("/history/key")).text(),
    entries: async (path) =>
      new Uint8Array(await (await read(`/history/tile/entries/${path}`)).arrayBuffer()),
    events: async (path) => (await read(`/history/events/${path}`)).text(),
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
