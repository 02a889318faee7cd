import { fold, foldName } from "../../core/fold.ts";
import type { AdoptionRules } from "../../policy/policy.ts";
import type { Identity } from "../target.ts";
import type { Candidate, TierDefinition } from "./match.ts";
import { type Evidence, ruleFor, type Tier } from "./rules.ts";

/** What is known of a person on either side. */
export interface PersonProfile {
  readonly id: string;
  readonly identity: Identity;
  /** On our side what the policy says the remote id is, on the other the remote id itself. */
  readonly userid?: string | undefined;
  /** Keys of the departments, as `path` makes them on both sides. */
  readonly departments: readonly string[];
}

/** What is known of a department on either side. */
export interface DepartmentProfile {
  readonly id: string;
  /** Ids of ours by which the target may keep it. */
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

export const evidenceOf = (kind: "user" | "department", tier: Tier): readonly Evidence[] => EVIDENCE[kind][tier] ?? [];

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

/** The tiers that the rules let speak. */
export const tiersOf = (kind: "user" | "department", rules: AdoptionRules): readonly TierDefinition[] =>
  (kind === "user" ? PEOPLE : DEPARTMENTS).filter(({ tier }) => ruleFor(rules, kind, tier) !== "never");

export function personCandidate({ id, identity, userid, departments }: PersonProfile): Candidate {
  const name = identity.name === undefined ? "" : foldName(identity.name);
  const number = identity.number === undefined ? undefined : fold(identity.number.trim());
  const named = (values: readonly (string | undefined)[]): readonly string[] =>
    name === "" ? [] : values.flatMap((value) => (value === undefined || value === "" ? [] : [`${value}\n${name}`]));
  return {
    id,
    number,
    keys: {
      1: userid === undefined ? [] : [userid],
      2: named([number]),
      3: named([identity.mobile]),
      4: named(identity.emails.map((each) => fold(each.trim()))),
      5: identity.mobile === undefined ? [] : [identity.mobile],
      6: named(departments),
    },
  };
}

export const departmentCandidate = ({ id, ownIds, path }: DepartmentProfile): Candidate => ({
  id,
  keys: { 1: ownIds, 2: path === "" ? [] : [path] },
});
