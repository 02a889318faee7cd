import { type Refusal, type RefusalCode, refusal } from "./refusals.ts";
import type { Actor } from "./scopes.ts";

export type Verdict =
  /** `passing`: from an access token, which ends within an hour. */
  | { readonly ok: true; readonly actor: Actor; readonly passing?: true }
  | { readonly ok: false; readonly refusal: Refusal };

export const accepted = (actor: Actor): Verdict => ({ ok: true, actor });

export const refused = (code: RefusalCode, tokenId?: string): Verdict => ({
  ok: false,
  refusal: refusal(code, tokenId),
});
