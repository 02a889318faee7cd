import { objects, text } from "./directory.ts";
import type { Http } from "./http.ts";
import { type Patience, type SyncStatus, untilQuiet } from "./status.ts";

/** What a limit of the server's policy kept back until the demo agreed to it, as an operator would. */
export interface ApprovedHold {
  readonly limit: string;
  readonly count: number;
  readonly passed: number;
}

/** In one cycle; more would mean that approving leads nowhere. */
const MOST_ROUNDS = 20;

/** Waits until the server has nothing more to do, and agrees to whatever it holds under a limit: the demo means what it does. */
export async function untilSettled(
  http: Http,
  settling: Patience,
): Promise<{ readonly status: SyncStatus; readonly approved: readonly ApprovedHold[] }> {
  const approved: ApprovedHold[] = [];
  for (let round = 0; ; round += 1) {
    await untilQuiet(http, settling, true);
    const { holds } = await http.get("/api/sync/holds?state=open");
    const open = objects(holds);
    if (open.length === 0 || round === MOST_ROUNDS) return { status: await untilQuiet(http, settling), approved };
    for (const { id, digest, count, limit, passed } of open) {
      const answer = await http.post(`/api/sync/holds/${text(id)}/approve`, { digest: text(digest), count: Number(count) });
      // Somebody else joined meanwhile: the next round has it as it is then.
      if (answer.status === 200) approved.push({ limit: text(limit), count: Number(count), passed: Number(passed) });
    }
  }
}
