import type { Clock } from "../core/clock.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import { listen } from "./listener.ts";
import { createSite } from "./site.ts";

export interface SimulatorOptions {
  /** 0 = any free port. */
  readonly port?: number;
  readonly host?: string;
  readonly appKey?: string;
  readonly appSecret?: string;
  readonly corpId?: string;
  /** The same seed and the same calls give the same ids. */
  readonly seed?: string;
  readonly clock?: Clock;
  /** File that keeps the organisation over a restart or a crash; without it the organisation is gone when the process is. */
  readonly journalPath?: string;
  /** Calls per second per app and API; 0 = no limit. */
  readonly qps?: number;
  readonly logger?: Logger;
}

export interface Simulator {
  /** Reads the journal, if any, and listens. Rejects when the port is taken or the journal is damaged. */
  start(): Promise<{ readonly port: number; readonly url: string }>;
  /** Closes every connection and the journal. Safe to call twice. */
  stop(): Promise<void>;
}

/** A DingTalk organisation behind DingTalk's HTTP: old API, new API and Stream gateway on one port (dingtalk-api.md section 16). */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const { host = "127.0.0.1", port = 0, logger = silentLogger } = options;
  let running: { close(): Promise<void> } | undefined;
  return {
    async start() {
      if (running) throw new Error("the simulator is running already");
      const site = createSite(options);
      try {
        const listener = await listen({
          host,
          port,
          clock: site.clock,
          logger,
          answer: site.answer,
          holds: site.holds,
          wayMs: site.wayMs,
          upgrade: site.upgrade,
        });
        running = {
          async close() {
            site.stopServing();
            await listener.close();
            site.closeJournal();
          },
        };
        logger.info({ url: listener.url }, "the DingTalk simulator is listening");
        return { port: listener.port, url: listener.url };
      } catch (error) {
        site.stopServing();
        site.closeJournal();
        throw error;
      }
    },
    async stop() {
      const closing = running;
      running = undefined;
      await closing?.close();
    },
  };
}
