import { objects, text } from "./directory.ts";
import type { Http } from "./http.ts";
import { type Patience, type SyncStatus, untilQuiet } from "./status.ts";

/** A hold by a limit of the policy that the demo approved, as an operator does. */
export interface ApprovedHold {
  readonly limit: string;
  readonly count: number;
  readonly passed: number;
}

/** Maximum number of approval rounds in one cycle. More would mean that approvals have no effect. */
const MOST_ROUNDS = 20;

/**
 * Waits until the server has nothing more to do. Approves every hold, because the demo makes all its changes
 * on purpose.
 */
export async function untilSettled(
  http: Http,
  settling: Patience,
): Promise<{ readonly status: SyncStatus; readonly approved: readonly ApprovedHold[] }> {
  const approved: ApprovedHold[] = [];
  for (let round = 0; ; round += 1) {
    await untilQuiet(http, settling, true);
    const { holds } = await http.get("/api/sync/holds?state=open");
    const open = objects(holds);
    if (open.length === 0 || round === MOST_ROUNDS)
      return { status: await untilQuiet(http, settling), approved };
    for (const { id, digest, count, limit, passed } of open) {
      const answer = await http.post(`/api/sync/holds/${text(id)}/approve`, {
        digest: text(digest),
        count: Number(count),
      });
      // A 409 means that the hold has changed in the meantime. The next round reads it again.
      if (answer.status === 200)
        approved.push({ limit: text(limit), count: Number(count), passed: Number(passed) });
    }
  }
}
