import type { EntityKind } from "../../core/entity.ts";
import { findings, type PreflightDeps, pauseFor } from "../process/preflight.ts";
import type { TargetAdapter } from "../target.ts";
import { TargetMisconfigured } from "../target-failures.ts";
import type { Actual } from "../target-values.ts";

/* What the app may not see any more. No target tells of it, and nothing follows from it: what is out of sight is neither missing nor made again. */

const OUT_OF_SIGHT: ReadonlySet<string> = new Set(["personOutsideScope", "departmentOutsideScope"]);

/** Unseen: the app may not look at it, so that nothing is known of it. */
export async function readOrUnseen(
  target: Pick<TargetAdapter, "read">,
  kind: EntityKind,
  remoteId: string,
  signal: AbortSignal,
): Promise<Actual | "unseen" | undefined> {
  try {
    return (await target.read(kind, remoteId, { signal })).actual;
  } catch (error) {
    if (error instanceof TargetMisconfigured && OUT_OF_SIGHT.has(error.reasonCode)) return "unseen";
    throw error;
  }
}

/**
 * A comparison that is refused for what somebody has to mend is no failure that passes: the target is checked at once, as at a start, and rests with what is
 * found. Rejects with what the comparison rejects with.
 */
export async function checkingRefusals<T>(
  deps: Pick<PreflightDeps, "target" | "store" | "presence" | "logger">,
  compare: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  try {
    return await compare();
  } catch (error) {
    if (error instanceof TargetMisconfigured && !signal.aborted) {
      const found = await findings(deps, signal);
      if (found.common.length > 0)
        deps.logger.error(
          { target: deps.target.name, code: found.common[0]!.code },
          "the full comparison failed; nothing is sent until this is fixed",
        );
      await pauseFor(deps.store, found);
    }
    throw error;
  }
}
