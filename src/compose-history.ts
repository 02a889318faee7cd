import type { AppContext } from "./compose.ts";
import { type Sealer, startSealer } from "./history/log/sealer.ts";
import { loadLogKey } from "./log-key.ts";
import { createOlderEvents } from "./store/history/log/older.ts";
import { createSealStore } from "./store/history/log/seal.ts";

/* The history as a log. */

/** Of a process that runs the loop: whoever signs is not whoever takes requests. */
export const startSealing = ({ config, pool, vault, clock, logger }: AppContext): Sealer =>
  startSealer({
    store: createSealStore(pool, { clock, loadKey: () => loadLogKey({ config, pool }), witnessed: false }),
    older: createOlderEvents(pool, vault),
    clock,
    logger,
  });
