import { silentLogger } from "../core/logger.ts";
import { createSimulatorApp, type SimulatorOptions } from "./site.ts";
import { listen } from "./wire/listener.ts";

export interface Simulator {
  /**
   * Reads the journal, if there is one, and listens. Rejects if the port is in use or the journal is damaged.
   */
  start(): Promise<{ readonly port: number; readonly url: string }>;
  /** Closes every connection and the journal. A second call does nothing. */
  stop(): Promise<void>;
}

/**
 * A simulated DingTalk organisation. It serves the old API, the new API and the Stream gateway on one port
 * (docs/dingtalk.md 1, 10.2).
 */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const { host = "127.0.0.1", port = 0, logger = silentLogger } = options;
  let running: { close(): Promise<void> } | undefined;
  return {
    async start() {
      if (running) throw new Error("the simulator is already running");
      const site = createSimulatorApp(options);
      try {
        const listener = await listen({
          host,
          port,
          clock: site.clock,
          logger,
          answer: site.answer,
          arrives: site.arrives,
          latencyMs: site.latencyMs,
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
