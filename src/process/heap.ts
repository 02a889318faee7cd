import { setFlagsFromString } from "node:v8";

/**
 * How far the heap grows beyond what is alive before it is collected, in percent. V8 by itself lets it grow
 * to several times of that while a process is busy with lists: 55 MB were alive, and the process had 290 MB
 * and more (docs/benchmarks.md). A collection takes some milliseconds.
 */
export const HEAP_FLAG = "--heap-growing-percent=40";

/** For a process that serves for long; to be called before it has much. */
export const boundHeap = (): void => setFlagsFromString(HEAP_FLAG);
