import type { AppContext } from "./compose.ts";
import { type Sealer, startSealer } from "./history/log/sealer.ts";
import { loadLogKey } from "./log-key.ts";
import { createSealStore } from "./store/history/log/seal.ts";

/* The history as a log. */

/** Of a process that runs the loop: whoever signs is not whoever takes requests. */
export const startSealing = ({ config, pool, clock, logger }: AppContext): Sealer =>
  startSealer({ store: createSealStore(pool, { clock, loadKey: () => loadLogKey({ config, pool }), witnessed: false }), clock, logger });
