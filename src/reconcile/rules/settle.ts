import type { Policy } from "../../policy/policy.ts";
import type { SyncMode } from "../policy.ts";
import { modeInForce } from "../process/orders.ts";
import { type NewRules, putInForce } from "./change.ts";
import type { KnownRules, RulesHold, RulesStore, WrittenRules } from "./store.ts";

/*
 * By which rules is worked. A process that starts with others than something was last written by has them weighed first (weigh.ts): until it is decided
 * that they may be written by, the ones before stay in force, and nobody claims by the new ones. In `observe` nothing is written, so nothing is weighed
 * until the mode is raised.
 */

export interface OwnRules extends NewRules {
  readonly policy: Pick<Policy, "version" | "limits">;
  /** SYNC_MODE of this process. */
  readonly mode: SyncMode;
}

/** Where a process stands with its rules. */
export type Standing =
  /** It works by them. */
  | { readonly kind: "works"; readonly marked: number }
  /** A person decides, or has decided against them. */
  | { readonly kind: "held"; readonly hold: RulesHold }
  /** Another process works by other rules, or waits for a decision about them. */
  | { readonly kind: "rests" }
  /** Nobody has compared yet. */
  | { readonly kind: "toWeigh"; readonly written: WrittenRules };

export interface SettleDeps {
  readonly store: Omit<RulesStore, "aloneAtWeighing">;
  /** Works people out by the own rules. Before anybody is looked at by them: whoever is found as before leaves the hold in which their change was approved. */
  readonly prepare: () => Promise<void>;
  readonly own: OwnRules;
  /** Of this process among those of the loop. */
  readonly processId: string;
}

/** `starting`: whoever starts last says what is worked by. `awaited`: the hold that this process was last held by. */
export async function settleRules(
  deps: SettleDeps,
  { starting, awaited }: { readonly starting: boolean; readonly awaited?: string },
): Promise<Standing> {
  const { store, own, processId } = deps;
  const known = await store.rules();
  const gives = async (): Promise<boolean> => !starting && !isInForce(known, own) && (await store.othersWorkBy(known.inForce, processId));

  if (modeInForce(own.mode, known.orderedMode) === "observe") return (await gives()) ? { kind: "rests" } : works(deps, known, starting);
  if (!known.written || isWritten(known.written, own)) {
    if (await gives()) return { kind: "rests" };
    if (starting && known.written) await store.dissolveHoldOfRules();
    return letWrite(deps, known, starting);
  }
  const hold = await store.holdOfRules({ mapping: own.mapping.version, policy: own.policy.version });
  if (hold?.counts && (starting || awaited === hold.id)) {
    await store.followMembers(hold.id);
    return letWrite(deps, known, starting);
  }
  if (hold && (hold.state === "open" || hold.state === "rejected" || (hold.state === "expired" && !starting)))
    return { kind: "held", hold };
  if ((await gives()) || (!starting && (await store.openHoldOfRules()))) return { kind: "rests" };
  return { kind: "toWeigh", written: known.written };
}

/** The modes of processes may differ: only a start says a new one. */
async function works({ store, own }: SettleDeps, known: KnownRules, starting: boolean): Promise<Standing> {
  const isNew = !isInForce(known, own) || (starting && (!known.marked || known.inForce.mode !== own.mode));
  return { kind: "works", marked: isNew ? await putInForce(store, own) : 0 };
}

/** In force first: nobody writes by other rules any more once these may be written by. */
export async function letWrite(deps: SettleDeps, known: KnownRules, starting: boolean): Promise<Standing> {
  const { store, own, prepare } = deps;
  const isNew = !known.written || !isWritten(known.written, own);
  if (isNew) await prepare();
  const standing = await works(deps, known, starting);
  const { version, limits } = own.policy;
  if (isNew || known.written?.limits === undefined) await store.letWrite({ mapping: own.mapping.version, policy: version, limits });
  return standing;
}

const isInForce = ({ inForce }: KnownRules, own: OwnRules): boolean =>
  inForce.mapping === own.mapping.version && inForce.policy === own.policy.version;

const isWritten = ({ mapping, policy }: WrittenRules, own: OwnRules): boolean =>
  mapping === own.mapping.version && (policy === undefined || policy === own.policy.version);
