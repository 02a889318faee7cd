import { unreachable } from "../core/errors.ts";
import type { JoinRefusal } from "./ports.ts";

/** The English text of a refusal, for the API and the command line. */
export function refusalText(why: JoinRefusal): string {
  switch (why) {
    case "decided":
      return "this is already decided";
    case "gone":
      return "one of the two no longer exists";
    case "taken":
      return "the record belongs to another person with several records: separate it first";
    case "linked":
      return "both have an account at the target, and the person has several records: separate them first";
    case "alone":
      return "the record is not joined with others: there is nothing to separate";
    case "nobodyLeft":
      return "no source has deleted its record of this person: there is nothing to forget";
    default:
      return unreachable(why);
  }
}
