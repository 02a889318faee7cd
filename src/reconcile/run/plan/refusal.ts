import type { AttributeValue } from "../../target-values.ts";
import type { Explanation } from "../end/next-state.ts";

/** Why an own value was given up: those who need it go first, or an active person needs it for good. Or the target does not let it go. */
export type LetGo = "first" | "forGood" | "refused";
/** A refused value as it is remembered. `holder`: the entity of ours that has it. */
export interface Refusal {
  readonly value: AttributeValue;
  readonly told: Explanation;
  readonly holder?: string;
  /** Remote id of the one who has it, when that is nobody of ours. */
  readonly stranger?: string;
  readonly letGo?: LetGo;
}
/** By attribute. */
export type Refusals = Readonly<Record<string, Refusal>>;
