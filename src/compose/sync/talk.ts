import { relinkOne } from "../../reconcile/compare/found.ts";
import { listenToTarget } from "../../reconcile/hints/listen.ts";
import type { ListenDeps } from "../../reconcile/hints/receiver.ts";
import { notifyManagers } from "../../reconcile/newcomers/notify.ts";
import { createNewcomers } from "../../store/loop/newcomers.ts";
import { TARGET } from "../../targets/target-name.ts";
import type { AppContext, SyncComponents } from "../components.ts";

/** Receives events of the target, and sends notes about newcomers; each if a setting says so. */
export async function talk(
  { config, pool, clock, logger }: AppContext,
  { target, store, mapping, policy }: SyncComponents,
  { wake, compare }: { readonly wake: () => void; readonly compare: () => Promise<void> },
  signal: AbortSignal,
): Promise<void> {
  const relink: ListenDeps["relink"] = (kind, remoteId, until) =>
    relinkOne({ store, target, mapping, policy, clock }, kind, remoteId, until);
  const newcomers = {
    store: createNewcomers(pool, TARGET),
    language: config.alerts.language,
    random: Math.random,
  };
  await Promise.all([
    ...(config.dingtalkStream
      ? [listenToTarget({ store, target, clock, logger, wake, compare, relink }, signal)]
      : []),
    ...(config.newcomerNoteAgentId === undefined
      ? []
      : [notifyManagers({ ...newcomers, target, clock, logger }, signal)]),
  ]);
}
