import { MessageChannel } from "node:worker_threads";

/**
 * Runs `work` and keeps the process alive until it is done. A wait for the clock alone does not keep it
 * alive.
 */
export async function keepAlive<T>(work: () => Promise<T>): Promise<T> {
  const { port1 } = new MessageChannel();
  port1.ref();
  try {
    return await work();
  } finally {
    port1.close();
  }
}
