import type { EntityRef } from "../../core/entity.ts";
import type { AskedValue } from "../holders.ts";
import type { OpenRefusal } from "../run/plan/refusals.ts";
import type { TargetAdapter } from "../target.ts";
import type { DesiredResult } from "./result.ts";

type DesiredEntity = Extract<DesiredResult, { kind: "desired" }>;

/**
 * An inactive person of ours releases values that an active person needs and both cannot have. If the target
 * does not allow the release of a value, and the active person cannot exist without it, both are most likely
 * the same human under a new record. Then the inactive person is removed.
 */
export function releaseValues(
  target: Pick<TargetAdapter, "freeing">,
  ref: EntityRef,
  resolved: DesiredEntity,
  asked: readonly AskedValue[],
): DesiredEntity {
  if (asked.length === 0 || resolved.desired.state === "absent") return resolved;
  // The single values of a person who is no longer in the directory are not changed.
  const stuck =
    resolved.desired.state === "kept"
      ? asked[0]
      : asked.find(({ attribute, present }) => !present && target.freeing(ref, attribute) === undefined);
  if (stuck)
    return {
      ...resolved,
      desired: { state: "absent" },
      gives: [
        given(
          stuck,
          `removed from the target, where inactive people are kept: ${becauseOf(stuck)}, who could not be there otherwise`,
        ),
      ],
    };
  const gives = asked.filter(({ attribute }) => target.freeing(ref, attribute) !== undefined);
  return gives.length === 0
    ? resolved
    : { ...resolved, gives: gives.map((one) => given(one, `the value was given up: ${becauseOf(one)}`)) };
}

const becauseOf = ({ attribute, by }: AskedValue): string =>
  `user ${by} is active and has the same ${attribute}`;

const given = ({ attribute, value, by }: AskedValue, reason: string): OpenRefusal => ({
  attribute,
  value,
  told: { reasonCode: "gaveWay", answer: "", reason, remedy: "" },
  holder: { id: by, expect: "stays" },
  letGo: "forGood",
});
