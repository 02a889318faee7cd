import { holds, type PersonExpression, personExpressions } from "../mapping/condition.ts";
import { ExpressionInvalid } from "../mapping/expression/expression.ts";
import { matchesGlob } from "../mapping/expression/glob.ts";
import { hasCountryCode } from "../mapping/expression/phone.ts";
import { asText } from "../mapping/expression/scim-values.ts";
import type { KnownVariables } from "../mapping/file/known-names.ts";
import { FileInvalid, type FileProblem, inOrder } from "../mapping/file/problem.ts";
import type { Path } from "../mapping/file/source-location.ts";
import { versionOf } from "../mapping/file/version.ts";
import { type ReadFile, readYaml } from "../mapping/file/yaml-file.ts";
import type { PersonInput } from "../mapping/mapping.ts";
import { type PolicyFile, policyFile } from "./file.ts";
import type { Leaver, Policy } from "./policy.ts";

/** The policy file cannot be used. */
export class PolicyInvalid extends FileInvalid {
  readonly code = "POLICY_INVALID";
}

export interface PolicyOptions {
  /** Whether the mapping has a department for leavers. Absent: not checked. */
  readonly canPark?: boolean;
}

/**
 * Compiles a policy file. Throws PolicyInvalid with all problems, each with its line, column and path.
 * `known`: attributes of people.
 */
export function compilePolicy(
  yamlText: string,
  known: KnownVariables = {},
  { canPark = true }: PolicyOptions = {},
): Policy {
  const parsed = readYaml(yamlText, policyFile, (problems, options) => new PolicyInvalid(problems, options));
  const { file } = parsed;
  const problems = [...furtherProblems(parsed)];
  const compile = personExpressions(known);
  const at = (path: Path, text: string | undefined): PersonExpression | undefined => {
    if (text === undefined) return undefined;
    try {
      return compile(text);
    } catch (error) {
      if (!(error instanceof ExpressionInvalid)) throw error;
      problems.push(parsed.problemAt(path, error.message, error.offset));
      return undefined;
    }
  };
  const pilot = at(["scope", "where"], file.scope?.where);
  const spared = at(["protect", "where"], file.protect.where);
  const userid = at(["adopt", "userid"], file.adopt.userid);
  if (file.leaver.regular === "park" && !canPark)
    problems.push(
      parsed.problemAt(
        ["leaver", "regular"],
        "park needs inactive.parkIn in MAPPING_FILE, the path of the department",
      ),
    );
  if (problems.length > 0) throw new PolicyInvalid(inOrder(problems));
  return {
    version: versionOf(file),
    leaversVersion: leaversVersion(file),
    limits: file.limits,
    grace: file.grace,
    leaver: file.leaver,
    adopt: {
      people: file.adopt.people,
      departments: file.adopt.departments,
      userid: (input) => textOf(userid, input),
    },
    ...scopeOf(file, pilot),
    ...(file.accounts ? { isAddressAllowed: addressesOf(file.accounts.domains) } : {}),
    isProtected: protectionOf(file, spared),
  };
}

/** A limit that counts leavers is one of their rules: a raised one does not approve itself. */
function leaversVersion({ scope, grace, leaver, protect, limits }: PolicyFile): string {
  const { peopleRemoved, departmentEmptied, sourceCollapsed } = limits;
  return versionOf({
    scope,
    grace,
    leaver,
    protect,
    limits: { peopleRemoved, departmentEmptied, sourceCollapsed },
  });
}

function* furtherProblems({ file, problemAt, problemAtKey }: ReadFile<PolicyFile>): Iterable<FileProblem> {
  const { scope, protect } = file;
  if (scope && scope.groups === undefined && scope.where === undefined)
    yield problemAtKey(["scope"], "needs groups or where: without the key scope everybody is in scope");
  if (file.adopt.people[1] === "link" && file.adopt.userid === undefined)
    yield problemAt(["adopt", "people", "1"], "tier 1 needs adopt.userid, the value that equals the userid");
  for (const [at, mobile] of protect.mobile.entries())
    if (!isComparable(mobile))
      yield problemAt(["protect", "mobile", at], "must be a telephone number with its country code");
}

function textOf(expression: PersonExpression | undefined, input: PersonInput): string | undefined {
  const evaluated = expression?.(input);
  const text = evaluated?.kind === "value" ? asText(evaluated.value) : "";
  return text === "" ? undefined : text;
}

/**
 * People in a group of the file, or people who match its condition. A condition that cannot be evaluated
 * matches nobody.
 */
function scopeOf(
  { scope }: PolicyFile,
  pilot: PersonExpression | undefined,
): Pick<Policy, "isPilot" | "inScope" | "groupInScope"> {
  if (!scope) return { isPilot: false, inScope: () => true, groupInScope: () => true };
  const groupInScope = (displayName: string): boolean =>
    (scope.groups ?? []).some((pattern) => matchesGlob(displayName, pattern));
  return {
    isPilot: true,
    groupInScope,
    inScope: (input) =>
      input.groups.some(({ displayName }) => groupInScope(displayName)) ||
      (pilot !== undefined && holds(pilot, input) === true),
  };
}

const addressesOf =
  (domains: readonly string[]) =>
  (address: string): boolean => {
    const domain = address.slice(address.lastIndexOf("@") + 1).trim();
    return domains.some((pattern) => matchesGlob(domain, pattern));
  };

/** A condition that cannot be evaluated protects, so that an error in it removes nobody. */
function protectionOf({ protect }: PolicyFile, spared: PersonExpression | undefined): Policy["isProtected"] {
  const userids = new Set(protect.userid);
  const jobNumbers = new Set(protect.job_number);
  const mobiles = new Set(protect.mobile.map(nationalDigits));
  return ({ remoteId, attributes, input }: Leaver) => {
    if (userids.has(remoteId)) return true;
    if (jobNumbers.has(asText(attributes["job_number"]))) return true;
    if (mobiles.has(nationalDigits(asText(attributes["mobile"])))) return true;
    return spared !== undefined && input !== undefined && holds(spared, input) !== false;
  };
}

/** In such numbers 00 means the plus sign. */
const digitsOf = (number: string): string => number.replace(/^\s*00/, "+").replace(/\D/g, "");

const MAINLAND = /^1\d{10}$/;

/** The target stores numbers of the mainland without their country code. */
const nationalDigits = (number: string): string => digitsOf(number).replace(/^86(?=1\d{10}$)/, "");

/** False for a number without country code. It would equal no number and protect nobody. */
function isComparable(mobile: string): boolean {
  const digits = digitsOf(mobile);
  return (
    digits.length >= 8 && (/^\s*(\+|00)/.test(mobile) || MAINLAND.test(digits) || hasCountryCode(digits))
  );
}
