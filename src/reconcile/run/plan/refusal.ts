import type { AttributeValue } from "../../target-values.ts";
import type { Explanation } from "../end/next-state.ts";

/** Why a value was released: another entity needs it first, or an active person needs it permanently. Or the target cannot release it. */
export type LetGo = "first" | "forGood" | "refused";
/** A refused value as it is remembered. `holder`: the entity of ours that has it. */
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
