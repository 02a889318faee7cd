import type { EntityKind } from "../../core/entity.ts";
import { findings, type PreflightDeps, pauseFor } from "../process/preflight.ts";
import type { TargetAdapter } from "../target.ts";
import { TargetMisconfigured } from "../target-failures.ts";
import type { Actual } from "../target-values.ts";

/*
 * Objects that the app may no longer see. The target sends no event about this. Such an object is neither
 * missing nor created again.
 */

const OUTSIDE_SCOPE: ReadonlySet<string> = new Set(["personOutsideScope", "departmentOutsideScope"]);

/** Unseen: the app may not read the object, so its state is not known. */
export async function readOrUnseen(
  target: Pick<TargetAdapter, "read">,
  kind: EntityKind,
  remoteId: string,
  signal: AbortSignal,
): Promise<Actual | "unseen" | undefined> {
  try {
    return (await target.read(kind, remoteId, { signal })).actual;
  } catch (error) {
    if (error instanceof TargetMisconfigured && OUTSIDE_SCOPE.has(error.reasonCode)) return "unseen";
    throw error;
  }
}

/**
 * A comparison that needs an administrator's correction does not succeed by a retry. So the target is checked
 * immediately, as at a start, and is paused with the problems found. Rejects with the error of the
 * comparison.
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
