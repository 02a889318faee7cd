import type { EntityRef } from "../../core/entity.ts";
import type { HistoryEvent } from "../../history/event.ts";
import type { Evidence, Strength, Tier } from "./rules.ts";

/** The kinds that can be adopted. Roles are found by their names, and groups never exist at the target. */
export type AdoptableKind = "user" | "department";

/** A person or department at the target, in a form that people recognise. */
export interface RemoteView {
  readonly id: string;
  readonly name?: string;
  readonly title?: string;
  /** Paths of departments. */
  readonly departments: readonly string[];
}

/** An object at the target that may be an entity of ours. */
export interface Proposal {
  readonly kind: AdoptableKind;
  readonly entity: { readonly id: string; readonly name?: string };
  readonly remote: RemoteView;
  readonly tier: Tier;
  readonly matched: readonly Evidence[];
  readonly state: "proposed" | "ambiguous";
}

export const ADOPTION_STATES = ["proposed", "ambiguous", "linked", "rejected"] as const;
export type AdoptionState = (typeof ADOPTION_STATES)[number];

export interface Adoption extends Omit<Proposal, "state" | "matched"> {
  readonly id: string;
  readonly matched: readonly string[];
  readonly strength: Strength;
  readonly state: AdoptionState;
  readonly decidedAt?: Date;
  readonly decidedBy?: string;
}

/** A node of the desired tree. */
export interface TreeNode {
  readonly id: string;
  readonly name: string;
  readonly parentId: string | undefined;
  /** The remote id of its link, if it has one. */
  readonly remoteId: string | undefined;
  /** Ids of ours that the target may store for it: its own, and those of its groups. */
  readonly ids: readonly string[];
}

/** The list from which the proposals come. Their events have the values of `origin`. */
export interface Listing {
  readonly id: string;
  readonly origin: Pick<HistoryEvent, "at" | "actor" | "causes">;
}

/** The part of the store that the search for existing people and departments needs. */
export interface AdoptionStore {
  /**
   * Ids of active people of the directory who are neither at the target, as far as we know, nor invited. In
   * pages.
   */
  unlinkedPeople(): AsyncIterable<readonly string[]>;
  /** The present nodes of the tree. */
  treeNodes(): Promise<readonly TreeNode[]>;
  /** Pairs (`pairKey`) that are not proposed again. */
  rejected(kind: AdoptableKind): Promise<ReadonlySet<string>>;
  /**
   * Records the proposals of a list. Withdraws proposals of an earlier list that are not among them. Resolves
   * with the ids of the proposals in the same order; undefined for those that are already decided.
   */
  propose(proposals: readonly Proposal[], listing: Listing): Promise<readonly (string | undefined)[]>;
  /**
   * Call this once after all proposals of a list. People who have left are never proposed. Their open
   * proposals stay while the remote object is in `there`.
   */
  withdrawOthers(listing: Listing, there: readonly string[]): Promise<void>;
  /**
   * Records a proposal after a refused create. The refusal already blocks the entity, so no hold is needed.
   * No effect if the proposal is already decided.
   */
  proposeOne(proposal: Proposal, origin: Listing["origin"]): Promise<void>;
  /**
   * Records the adopted departments in which these lists show objects that we do not manage. All others are
   * recorded as having none.
   */
  markUnmanagedInside(remoteIds: readonly string[], causes: readonly string[]): Promise<void>;
}

/**
 * Why a decision cannot be carried out. `changed`: the count differs. `busy`: a call is running. `taken`: one
 * of the two has another link. `gone`: the directory no longer wants the entity at the target.
 */
export type Refusal =
  | { readonly kind: "changed"; readonly count: number }
  | { readonly kind: "busy" | "taken" | "decided" | "gone" };

export type Decision =
  | { readonly kind: "done"; readonly adoptions: readonly Adoption[] }
  | { readonly kind: "unknown" }
  | { readonly kind: "refused"; readonly why: Refusal };

export interface AdoptionQuery {
  readonly state?: AdoptionState;
  readonly kind?: AdoptableKind;
  readonly tier?: number;
  readonly after?: string;
  readonly count: number;
}

/** The event of a decision, without its code and subject. */
export type DecisionEvent = Omit<HistoryEvent, "id" | "code" | "subject" | "detail"> & {
  readonly detail?: HistoryEvent["detail"];
};

/** Adoptions for operators, and their decisions. Nothing here writes to the target. */
export interface AdoptionOperations {
  list(query: AdoptionQuery): Promise<{ readonly adoptions: readonly Adoption[]; readonly next?: string }>;
  /** Links a proposed, ambiguous or rejected match. */
  accept(id: string, event: DecisionEvent): Promise<Decision>;
  /**
   * Links all proposals of one tier, if their number is still `count`. Leaves out those that can no longer be
   * linked.
   */
  acceptTier(tier: number, count: number, event: DecisionEvent): Promise<Decision>;
  /** Records that the two are different. The pair is not proposed again. */
  reject(id: string, event: DecisionEvent): Promise<Decision>;
  /** Unlinks: the object is no longer managed. */
  unlink(ref: EntityRef, event: DecisionEvent): Promise<Decision>;
  proposed(): Promise<number>;
}
