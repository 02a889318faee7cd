import { unreachable } from "../../core/errors.ts";
import { fold, foldName } from "../../core/text/fold.ts";
import type { AdoptionRules } from "../../policy/policy.ts";
import type { Identity } from "../target.ts";
import type { Candidate, TierDefinition } from "./match.ts";
import { type Evidence, ruleFor, type Tier } from "./rules.ts";

/** The known values of a person on one side. */
export interface PersonProfile {
  readonly id: string;
  readonly identity: Identity;
  /** On our side the remote id by the policy's rule; on the other side the remote id itself. */
  readonly userid?: string | undefined;
  /** Keys of the departments, the same on both sides. */
  readonly departments: readonly string[];
}

/** The known values of a department on one side. */
export interface DepartmentProfile {
  readonly id: string;
  /** Ids of ours that the target may store for it. */
  readonly ownIds: readonly string[];
  readonly path: string;
}

const EVIDENCE: Readonly<Record<"user" | "department", Partial<Record<Tier, readonly Evidence[]>>>> = {
  user: {
    1: ["userid"],
    2: ["job_number", "name"],
    3: ["mobile", "name"],
    4: ["email", "name"],
    5: ["mobile"],
    6: ["name", "department"],
  },
  department: { 1: ["source_identifier"], 2: ["path"] },
};

export const evidenceOf = (kind: "user" | "department", tier: Tier): readonly Evidence[] =>
  EVIDENCE[kind][tier] ?? [];

const PEOPLE: readonly TierDefinition[] = [
  { tier: 1, weight: 1, strong: true, otherNumber: "counts" },
  { tier: 2, weight: 2, strong: true, otherNumber: "counts" },
  { tier: 3, weight: 3, strong: true, otherNumber: "doubted" },
  { tier: 4, weight: 3, strong: true, otherNumber: "doubted" },
  { tier: 5, weight: 4, strong: false, otherNumber: "counts", without: 3 },
  { tier: 6, weight: 4, strong: false, otherNumber: "no" },
];
const DEPARTMENTS: readonly TierDefinition[] = [
  { tier: 1, weight: 1, strong: true, otherNumber: "counts" },
  { tier: 2, weight: 2, strong: true, otherNumber: "counts" },
];

/** The tiers that the rules do not exclude. */
export const tiersOf = (kind: "user" | "department", rules: AdoptionRules): readonly TierDefinition[] =>
  (kind === "user" ? PEOPLE : DEPARTMENTS).filter(({ tier }) => ruleFor(rules, kind, tier) !== "never");

export const personCandidate = (profile: PersonProfile): Candidate => new PersonCandidate(profile);

/**
 * Computes keys on demand. Stored keys for everybody would take most of the memory of an assessment
 * (measured: 2.5 kB per person, 0.5 kB without).
 */
class PersonCandidate implements Candidate {
  readonly id: string;
  readonly number: string | undefined;
  readonly #name: string;
  readonly #profile: PersonProfile;
  constructor(profile: PersonProfile) {
    const { name, number } = profile.identity;
    this.id = profile.id;
    this.number = number === undefined ? undefined : fold(number.trim());
    this.#name = name === undefined ? "" : foldName(name);
    this.#profile = profile;
  }

  keysAt(tier: Tier): readonly string[] {
    const { identity, userid, departments } = this.#profile;
    switch (tier) {
      case 1:
        return userid === undefined ? [] : [userid];
      case 2:
        return this.#named([this.number ?? ""]);
      case 3:
        return this.#named([identity.mobile ?? ""]);
      case 4:
        return this.#named(identity.emails.map((each) => fold(each.trim())));
      case 5:
        return identity.mobile === undefined ? [] : [identity.mobile];
      case 6:
        return this.#named(departments);
      default:
        return unreachable(tier);
    }
  }

  #named(values: readonly string[]): readonly string[] {
    return this.#name === ""
      ? []
      : values.flatMap((value) => (value === "" ? [] : [`${value}\n${this.#name}`]));
  }
}

export const departmentCandidate = ({ id, ownIds, path }: DepartmentProfile): Candidate => ({
  id,
  keysAt: (tier) => (tier === 1 ? ownIds : tier === 2 && path !== "" ? [path] : []),
});
