import { unreachable } from "../core/errors.ts";
import type { JoinRefusal } from "./ports.ts";

/** For people, wherever they decide. */
export function refusalText(why: JoinRefusal): string {
  switch (why) {
    case "decided":
      return "this was decided before";
    case "gone":
      return "one of both is not there any more";
    case "taken":
      return "the record makes another person with others: separate it there first";
    case "linked":
      return "both have an account at the target, and the person has several records: separate them first";
    case "alone":
      return "the record is a person by itself: there is nothing to separate it from";
    case "nobodyLeft":
      return "no source has deleted its record of this person: there is nothing to forget";
    default:
      return unreachable(why);
  }
}
