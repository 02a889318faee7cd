import type { ReactNode } from "react";
import { needsSignIn } from "../base/api.ts";
import type { useOrder } from "../base/queries.ts";
import { useWords } from "../words/words.ts";
import { SignInAgain } from "./sign-in-form.tsx";
import { Problem } from "./states.tsx";

/** What one row of a list of pairs can be decided to be. */
export type Decision = Pick<ReturnType<typeof useOrder>, "error" | "isPending" | "mutate" | "reset">;

interface Decisions {
  readonly same: Decision;
  readonly different: Decision;
}

/** Why a decision was refused; a new sign-in, where the last one is too long ago. */
export function RefusedDecision({ same, different }: Decisions): ReactNode {
  const error = same.error ?? different.error;
  if (!needsSignIn(error)) return <Problem error={error} />;
  const again = () => {
    same.reset();
    different.reset();
  };
  return <SignInAgain onDone={again} />;
}

/** The last cell of a row: both sides are the same, or not. */
export function SameOrDifferent({ id, same, different }: Decisions & { readonly id: string }): ReactNode {
  const { t } = useWords();
  const busy = same.isPending || different.isPending;
  return (
    <td className="buttons">
      <button type="button" disabled={busy} onClick={() => same.mutate({ path: { id } })}>
        {t("button.same")}
      </button>
      <button type="button" disabled={busy} onClick={() => different.mutate({ path: { id } })}>
        {t("button.different")}
      </button>
    </td>
  );
}
