import { unreachable } from "../../core/errors.ts";
import type { Refusal } from "./ports.ts";

/** The English text of a refusal, for the API and the command line. */
export function refusalText(why: Refusal): string {
  switch (why.kind) {
    case "changed":
      return `${why.count} are proposed at this tier now: check the list again and give that count`;
    case "busy":
      return "a change of this entity is being sent to the target: try again in a few seconds";
    case "taken":
      return "one of the two now has another link: there is nothing left to decide";
    case "gone":
      return "the person is no longer active, or the department no longer exists, in the directory: a linked account would be removed";
    case "decided":
      return "this is already decided";
    default:
      return unreachable(why);
  }
}
