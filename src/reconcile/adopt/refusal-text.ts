import { unreachable } from "../../core/errors.ts";
import type { Refusal } from "./ports.ts";

/** For people, wherever they decide. */
export function refusalText(why: Refusal): string {
  switch (why.kind) {
    case "changed":
      return `${why.count} are proposed at this tier now: look at the list again and name that count`;
    case "busy":
      return "a change of this one is on its way to the target just now: try again in a few seconds";
    case "taken":
      return "one of both has another link by now: nothing is to be decided any more";
    case "gone":
      return "the person is not active, or the department not there, in the directory any more: linked, it would be removed";
    case "decided":
      return "this was decided before";
    default:
      return unreachable(why);
  }
}
