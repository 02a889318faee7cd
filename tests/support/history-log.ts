import { createPrivateKey } from "node:crypto";
import { systemClock } from "../../src/core/clock.ts";
import { logKey, newSecret } from "../../src/keys/log-key.ts";
import { beginLog } from "../../src/store/history/log/keys.ts";
import { createSealStore } from "../../src/store/history/log/seal.ts";
import type { Pool } from "../../src/store/postgres/pool.ts";

/** Creates the log of this database with a new key. Returns a function that seals all committed events. */
export async function beginTestLog(pool: Pool): Promise<() => Promise<void>> {
  const key = logKey("scim.example.com/history/0123456789abcdef", createPrivateKey(newSecret()));
  await beginLog(pool, key.verifier);
  const store = createSealStore(pool, { clock: systemClock, loadKey: async () => key, witnessed: false });
  return async () => {
    if (!(await store.sealFrom("00000000-0000-7000-8000-000000000000", new AbortController().signal)))
      throw new Error("not sealed");
  };
}
