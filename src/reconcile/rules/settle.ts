import type { Mapping } from "../../mapping/mapping.ts";
import type { Policy } from "../../policy/policy.ts";
import type { SyncMode } from "../policy.ts";
import { modeInForce } from "../process/orders.ts";
import { type NewRules, putInForce } from "./change.ts";
import { leaversDigest } from "./leavers.ts";
import type { KnownRules, RulesHold, RulesStore, WrittenRules } from "./store.ts";

/*
 * Which rules a process uses. If a process starts with rules that differ from those of the last write, it
 * first weighs them (weigh.ts). Until a decision, the old rules stay in force, and no process claims by the
 * new ones, except leavers about whom both decide alike. In `observe` nothing is written, so the rules are
 * weighed only when the mode is raised.
 */

export interface OwnRules extends NewRules {
  readonly mapping: Pick<Mapping, "version" | "leaversVersion">;
  readonly policy: Pick<Policy, "version" | "limits" | "leaversVersion">;
  /** SYNC_MODE of this process. */
  readonly mode: SyncMode;
}

/** The state of a process with its rules. */
export type Standing =
  /** The process works by them. */
  | { readonly kind: "works"; readonly marked: number }
  /**
   * A person has to decide, or has rejected them. `leaversGoOn`: the process removes and disables leavers,
   * and sends nothing else.
   */
  | { readonly kind: "held"; readonly hold: RulesHold; readonly leaversGoOn: boolean }
  /** Another process works by other rules, or waits for a decision about other rules. */
  | { readonly kind: "rests" }
  /** The rules were not weighed yet. */
  | { readonly kind: "toWeigh"; readonly written: WrittenRules; readonly leaversGoOn: boolean };

export interface SettleDeps {
  readonly store: Omit<RulesStore, "aloneAtWeighing">;
  /**
   * Computes the values of people by the own rules before any run uses them. A person whose result is
   * unchanged leaves the hold in which the change was approved.
   */
  readonly prepare: () => Promise<void>;
  readonly own: OwnRules;
  /** Id of this process. */
  readonly processId: string;
}

/**
 * `starting`: the process that starts last sets the rules. `awaited`: the hold that stopped this process
 * last.
 */
export async function settleRules(
  deps: SettleDeps,
  { starting, awaited }: { readonly starting: boolean; readonly awaited?: string },
): Promise<Standing> {
  const { store, own, processId } = deps;
  const known = await store.rules();
  const gives = async (): Promise<boolean> =>
    !starting && !isInForce(known, own) && (await store.othersWorkBy(known.inForce, processId));

  if (modeInForce(own.mode, known.orderedMode) === "observe")
    return (await gives()) ? { kind: "rests" } : works(deps, known, starting);
  if (!known.written || isWritten(known.written, own)) {
    if (await gives()) return { kind: "rests" };
    if (starting && known.written) await store.dissolveHoldOfRules();
    return letWrite(deps, known, starting);
  }
  const leaversGoOn = known.written.leavers === leaversDigest(own.mapping, own.policy);
  const hold = await store.holdOfRules({ mapping: own.mapping.version, policy: own.policy.version });
  if (hold?.counts && (starting || awaited === hold.id)) {
    await store.followMembers(hold.id);
    return letWrite(deps, known, starting);
  }
  if (hold && (hold.state === "open" || hold.state === "rejected" || (hold.state === "expired" && !starting)))
    return { kind: "held", hold, leaversGoOn };
  if ((await gives()) || (!starting && (await store.openHoldOfRules()))) return { kind: "rests" };
  return { kind: "toWeigh", written: known.written, leaversGoOn };
}

/** The modes of processes may differ. Only a start sets a new one. */
async function works({ store, own }: SettleDeps, known: KnownRules, starting: boolean): Promise<Standing> {
  const isNew = !isInForce(known, own) || (starting && (!known.marked || known.inForce.mode !== own.mode));
  return { kind: "works", marked: isNew ? await putInForce(store, own) : 0 };
}

/**
 * The rules are put in force before writes are allowed, so that no process writes by other rules afterwards.
 */
export async function letWrite(deps: SettleDeps, known: KnownRules, starting: boolean): Promise<Standing> {
  const { store, own, prepare } = deps;
  const isNew = !known.written || !isWritten(known.written, own);
  if (isNew) await prepare();
  const standing = await works(deps, known, starting);
  const { version, limits } = own.policy;
  const leavers = leaversDigest(own.mapping, own.policy);
  if (isNew || known.written?.limits === undefined || known.written.leavers !== leavers)
    await store.letWrite({ mapping: own.mapping.version, policy: version, limits, leavers });
  return standing;
}

const isInForce = ({ inForce }: KnownRules, own: OwnRules): boolean =>
  inForce.mapping === own.mapping.version && inForce.policy === own.policy.version;

const isWritten = ({ mapping, policy }: WrittenRules, own: OwnRules): boolean =>
  mapping === own.mapping.version && (policy === undefined || policy === own.policy.version);
