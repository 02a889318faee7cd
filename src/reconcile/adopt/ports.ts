import type { EntityRef } from "../../core/entity.ts";
import type { HistoryEvent } from "../../history/event.ts";
import type { Evidence, Strength, Tier } from "./rules.ts";

/** What may be taken over: roles are found by their names, and groups are never at the target. */
export type AdoptableKind = "user" | "department";

/** Somebody or a department at the target, as a person recognises them. */
export interface RemoteView {
  readonly id: string;
  readonly name?: string;
  readonly title?: string;
  /** Paths. */
  readonly departments: readonly string[];
}

/** Who of ours something at the target may be. */
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
  /** Where its link leads, if it has one. */
  readonly remoteId: string | undefined;
  /** Ids by which somebody may have noted it at the target: its own, and those of the groups that stand for it. */
  readonly ids: readonly string[];
}

/** The list that proposals come of; `origin` goes into their events. */
export interface Listing {
  readonly id: string;
  readonly origin: Pick<HistoryEvent, "at" | "actor" | "causes">;
}

/** What looking for those who are there already asks of the storage. */
export interface AdoptionStore {
  /** Ids of active people of the directory who are not at the target as far as we know, nor invited, in slices. */
  unlinkedPeople(): AsyncIterable<readonly string[]>;
  /** The present nodes of the tree. */
  treeNodes(): Promise<readonly TreeNode[]>;
  /** Pairs (`pairKey`) that are not to be proposed again. */
  rejected(kind: AdoptableKind): Promise<ReadonlySet<string>>;
  /** Records what a list proposes. What an earlier list proposed and this one does not is withdrawn. Answers the ids of the proposals, each at its place; none for what was decided meanwhile. */
  propose(proposals: readonly Proposal[], listing: Listing): Promise<readonly (string | undefined)[]>;
  /** To be called once after all proposals of a list. Of people who have left, nobody is proposed: what is open about them stays while their side of it is among `there`. */
  withdrawOthers(listing: Listing, there: readonly string[]): Promise<void>;
  /** A proposal after a refusal, which blocks the entity anyway: no hold. No effect if it is already decided. */
  proposeOne(proposal: Proposal, origin: Listing["origin"]): Promise<void>;
  /** Adopted departments in which these lists show something that is not ours, and no others. */
  noteStrangers(remoteIds: readonly string[], causes: readonly string[]): Promise<void>;
}

/** Why a decision cannot be carried out. `changed`: the count differs; `busy`: a call is on its way just now; `taken`: one of both has another link; `gone`: the directory does not want it at the target any more. */
export type Refusal = { readonly kind: "changed"; readonly count: number } | { readonly kind: "busy" | "taken" | "decided" | "gone" };

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

/** Who decides, and the event that says so without its code and subject. */
export type DecisionEvent = Omit<HistoryEvent, "id" | "code" | "subject" | "detail"> & { readonly detail?: HistoryEvent["detail"] };

/** What operators see of adoptions, and what they decide. Nothing is written to the target here. */
export interface AdoptionOperations {
  list(query: AdoptionQuery): Promise<{ readonly adoptions: readonly Adoption[]; readonly next?: string }>;
  /** Links a proposed, ambiguous or rejected match. */
  accept(id: string, event: DecisionEvent): Promise<Decision>;
  /** Links all that are proposed at one tier, if they are just so many. What cannot be linked any more is left out. */
  acceptTier(tier: number, count: number, event: DecisionEvent): Promise<Decision>;
  /** They are not the same: remembered. */
  reject(id: string, event: DecisionEvent): Promise<Decision>;
  /** Unlinks: the object is no longer managed. */
  unlink(ref: EntityRef, event: DecisionEvent): Promise<Decision>;
  proposed(): Promise<number>;
}
