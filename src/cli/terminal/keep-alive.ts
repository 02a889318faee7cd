import { MessageChannel } from "node:worker_threads";

/** Runs `work` and keeps the process until it is done: waiting on the clock alone does not. */
export async function keepAlive<T>(work: () => Promise<T>): Promise<T> {
  const { port1 } = new MessageChannel();
  port1.ref();
  try {
    return await work();
  } finally {
    port1.close();
  }
}
