import type { AttributeValue } from "../../target-values.ts";
import type { Explanation } from "../end/run-end.ts";

/**
 * Why a value was released. `first`: another entity needs it first. `forGood`: an active person needs it
 * permanently. `refused`: the target does not allow the release.
 */
export type LetGo = "first" | "forGood" | "refused";
/** A stored refusal of a value. `holder`: our entity that has the value. */
export interface Refusal {
  readonly value: AttributeValue;
  readonly told: Explanation;
  readonly holder?: string;
  /** Remote id of the holder, if it is not managed. */
  readonly stranger?: string;
  readonly letGo?: LetGo;
}
/** By attribute. */
export type Refusals = Readonly<Record<string, Refusal>>;
