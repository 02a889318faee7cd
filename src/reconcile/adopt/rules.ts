import type { Adoption, AdoptionRules } from "../../policy/policy.ts";

/* Which existing objects of the target may be adopted, and who decides. */

/**
 * People: 1 userid as the policy names it, 2 job number and name, 3 mobile and name, 4 e-mail and name, 5
 * mobile alone, 6 name and a department.
 */
export type PersonTier = 1 | 2 | 3 | 4 | 5 | 6;
/** Departments: 1 the id the target keeps for us, 2 the path of names below the managed root. */
export type DepartmentTier = 1 | 2;
export type Tier = PersonTier;

export type Strength = "strong" | "weak";

/** Attributes that support a match, by the names that operators see. */
export type Evidence =
  | "userid"
  | "job_number"
  | "mobile"
  | "email"
  | "name"
  | "department"
  | "source_identifier"
  | "path";

/** The default: every match needs a person's decision. */
export const PROPOSE_ALL: AdoptionRules = {
  people: { 1: "propose", 2: "propose", 3: "propose", 4: "propose", 5: "propose", 6: "propose" },
  departments: { 1: "propose", 2: "propose" },
  userid: () => undefined,
};

/** A mobile number alone, or a name alone, is no proof. */
export const strengthOf = (kind: "user" | "department", tier: Tier): Strength =>
  kind === "user" && tier >= 5 ? "weak" : "strong";

/** The rule for a match. A weak match always needs a person's decision, whatever the rule says. */
export const ruleFor = (rules: AdoptionRules, kind: "user" | "department", tier: Tier): Adoption => {
  const rule = kind === "user" ? rules.people[tier] : rules.departments[tier as DepartmentTier];
  return rule === "link" && strengthOf(kind, tier) === "weak" ? "propose" : rule;
};
