import type { Clock } from "../../../core/clock.ts";
import type { JsonObject } from "../../../core/entity.ts";
import {
  TargetConflict,
  TargetDependency,
  TargetMisconfigured,
  TargetNotFound,
  TargetProtected,
  TargetRejected,
} from "../../../reconcile/target-failures.ts";
import type { Actual } from "../../../reconcile/target-values.ts";
import { API } from "../client/apis.ts";
import type { Session } from "../client/client.ts";
import type { HandOver } from "../config.ts";

const MEMO = "left the directory";

/**
 * Ends the membership with a hand-over (docs/dingtalk.md 7). Resolves false when nothing was handed over,
 * because nobody can take over or DingTalk refused. The caller then removes the person without a hand-over:
 * the end of access is more important.
 */
export async function handOver(
  session: Session,
  actual: Actual,
  { otherwise, reason }: HandOver,
  clock: Pick<Clock, "now">,
): Promise<boolean> {
  const successor = [actual.attributes["manager"], otherwise].find(
    (id) => typeof id === "string" && id !== "" && id !== actual.remoteId,
  );
  if (typeof successor !== "string") return false;
  try {
    await session.call(
      API.terminateAndHandOver,
      bodyOf(actual.remoteId, successor, reason, clock.now().getTime()),
    );
    return true;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return false;
  }
}

const bodyOf = (userId: string, successor: string, reason: string, lastWorkDate: number): JsonObject => ({
  userId,
  optUserId: successor,
  lastWorkDate,
  dismissionMemo: MEMO,
  terminationReasonPassive: [reason],
  aflowHandOverUserId: successor,
  docNoteHandoverUserId: successor,
  dingPanHandoverUserId: successor,
  permissionHandoverUserId: successor,
});

/** DingTalk refused, so nothing was done. After no answer or a rate limit the loop tries again. */
const isRefusal = (error: unknown): boolean =>
  [
    TargetRejected,
    TargetNotFound,
    TargetConflict,
    TargetDependency,
    TargetProtected,
    TargetMisconfigured,
  ].some((kind) => error instanceof kind);
