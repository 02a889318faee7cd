import type { Ask } from "../../../reconcile/guard/guard.ts";
import { type HoldLimit, PERMITS_ALL } from "../../../reconcile/guard/hold.ts";
import { type Tripped, tripped } from "../../../reconcile/guard/limits.ts";
import type { LimitName, Spending } from "../../../reconcile/guard/spendings.ts";
import type { Counters } from "./guard-counters.ts";
import type { Membership } from "./hold-members.ts";

/* The decision about removals that want to begin: which are allowed, and which are held by which limits. */

export interface OpenHold {
  readonly id: string;
  readonly limit: HoldLimit;
  readonly policy: string;
  /** For limits that count by key: the keys of the hold's members. Null for other limits. */
  readonly keys: readonly string[] | null;
}

export type Verdict =
  | { readonly kind: "allow"; readonly permits: readonly Membership[] }
  | {
      readonly kind: "hold";
      readonly tripped: readonly Tripped[];
      readonly denied: readonly Membership[];
      readonly forced: readonly (Spending & { readonly hold: string })[];
    };

export interface Decision {
  readonly ask: Ask;
  readonly verdict: Verdict;
  /** Memberships that end with this decision. */
  readonly leaves: readonly Membership[];
}

interface Known {
  readonly counters: Counters;
  readonly memberships: readonly Membership[];
  readonly open: readonly OpenHold[];
}

/** Decides one after the other: each decision sees what the earlier ones have spent. */
export function decisionsOn(asks: readonly Ask[], known: Known): readonly Decision[] {
  const trippedNow = new Set<string>();
  return asks.map((ask) => {
    const { ref } = ask.claim;
    const own = known.memberships.filter(({ kind, id }) => kind === ref.kind && id === ref.id);
    const ofLimit = (limit: LimitName) =>
      own.filter((one) => one.limit === limit && one.action === ask.action);
    const permits = own.filter(({ permits, action }) => permits && action === ask.action);
    const permitsAll = permits.some(({ limit }) => PERMITS_ALL.has(limit));
    const open = permitsAll
      ? []
      : ask.spendings.filter(({ limit }) => !permits.some((one) => one.limit === limit));
    const denied = open.flatMap(({ limit }) =>
      ofLimit(limit).filter(({ denies, spoken }) => denies && !spoken),
    );
    const deniedLimits = new Set(denied.map(({ limit }) => limit));
    // An earlier run without a call may have spent this already. It is not spent twice.
    const unspent = open.filter(
      (spending) => !deniedLimits.has(spending.limit) && !known.counters.isCounted(spending, ref.id),
    );
    const ofSource = unspent.filter(({ limit }) => limit === "sourceCollapsed");
    // If the source has collapsed, only its limit decides about the person.
    const relevant = ofSource.length > 0 ? ofSource : unspent;
    const forced = relevant.flatMap((spending) => {
      const hold = known.open.find(
        (one) => one.limit === spending.limit && forces(one, spending, ask, trippedNow),
      );
      return hold ? [{ ...spending, hold: hold.id }] : [];
    });
    const free = relevant.filter(
      (spending) => !forced.some(({ limit, key }) => limit === spending.limit && key === spending.key),
    );
    const over = tripped(free, ask.policy.limits, known.counters.read);
    if (denied.length + forced.length + over.length > 0) {
      for (const { limit } of over) trippedNow.add(limit);
      const limits = new Set<HoldLimit>([...denied, ...forced, ...over].map(({ limit }) => limit));
      const leaves = own.filter((one) => one.spoken || (one.state === "open" && !limits.has(one.limit)));
      return { ask, verdict: { kind: "hold", tripped: over, denied, forced }, leaves };
    }
    for (const spending of ask.spendings)
      if (!known.counters.isCounted(spending, ref.id)) known.counters.spend(spending);
    return { ask, verdict: { kind: "allow", permits }, leaves: own.filter(({ permits: stays }) => !stays) };
  });
}

/**
 * Whether an open hold takes the entity in without asking the limit. It does, unless the policy has changed
 * since: then the limits decide again about the members.
 */
function forces(
  hold: OpenHold,
  { key }: Spending,
  { policy }: Ask,
  trippedNow: ReadonlySet<string>,
): boolean {
  const concerns = hold.keys === null || hold.keys.includes(key);
  return concerns && (hold.policy === policy.version || trippedNow.has(hold.limit));
}
