import type { Mapping } from "../mapping/mapping.ts";
import type { LeaverRules } from "./policy.ts";

/* Rules that are allowed but possibly not intended. */

export interface PolicyAdvice {
  readonly code: "graceKeepsAccess";
  readonly text: string;
  readonly remedy: string;
  /** Time for which leavers keep their access. */
  readonly minutes: number;
}

/**
 * Milliseconds for which leavers with a regular account keep their access. Undefined: they do not, or the
 * policy says that this is intended. A regular account belongs to its person and cannot be disabled. With a
 * grace and no department for leavers, nothing changes for them until the grace ends.
 */
export function accessKeptMs(
  { grace, leaver }: LeaverRules,
  { parkIn, inactive }: Pick<Mapping["settings"], "parkIn" | "inactive">,
): number | undefined {
  const staysForGood = (leaver.regular ?? inactive) === "keep";
  return grace.regular === 0 || grace.keepsAccess || parkIn !== undefined || staysForGood
    ? undefined
    : grace.regular;
}

/** Pure. */
export function policyAdvice(
  rules: LeaverRules,
  settings: Pick<Mapping["settings"], "parkIn" | "inactive">,
): readonly PolicyAdvice[] {
  const keptMs = accessKeptMs(rules, settings);
  if (keptMs === undefined) return [];
  return [
    {
      code: "graceKeepsAccess",
      text: `people who leave keep their access to DingTalk for ${durationText(keptMs)}: a regular account cannot be disabled, and the mapping names no department to move them into meanwhile`,
      remedy:
        "name the department in inactive.parkIn of MAPPING_FILE, or set grace.regular to 0 in POLICY_FILE; if it is meant, write keepsAccess: true below grace",
      minutes: Math.round(keptMs / 60_000),
    },
  ];
}

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** A duration in words, in the unit of the file. */
function durationText(ms: number): string {
  const [unit, unitMs] = UNITS.find(([, each]) => ms % each === 0) ?? UNITS[2];
  const count = Math.round(ms / unitMs);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
