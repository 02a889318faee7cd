import type { Stuck } from "../reasons.ts";
import type { Begun, HeldUnder } from "./guard.ts";
import { HELD_BY_LIMIT, type HoldLimit } from "./hold.ts";

const WHAT: Readonly<Record<HoldLimit, string>> = {
  peopleRemoved: "more people would be removed or switched off in 24 hours than the policy allows",
  departmentsRemoved: "more departments would be removed in 24 hours than the policy allows",
  departmentEmptied: "more people would leave one department in an hour than the policy allows",
  attributeBlanked:
    "one attribute would be emptied, or set to one value, for more people in an hour than the policy allows",
  sourceCollapsed:
    "the source of the person lost most of its people since last night, or came back from silence with nothing but removals",
  mappingChanged: "a new mapping or policy would change more than the policy allows",
};

/** The end of a run that the guard has held. */
export function heldUnder({ holds }: Extract<Begun, { kind: "held" }>): Stuck<"held"> {
  const [first] = holds as readonly [HeldUnder, ...HeldUnder[]];
  const ids = holds.map(({ id }) => id).join(", ");
  return {
    kind: "held",
    reasonCode: HELD_BY_LIMIT,
    reason: WHAT[first.limit],
    remedy:
      first.state === "open"
        ? `look at hold ${ids}: approve it if this is meant, else mend the source, which dissolves it`
        : `hold ${ids} is ${first.state}: change the person or group at the source to have it judged again`,
  };
}
