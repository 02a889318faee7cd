import type { ReactNode } from "react";
import { needsSignIn } from "../base/api.ts";
import type { useOrder } from "../base/queries.ts";
import { useWords } from "../words/words.ts";
import { SignInAgain } from "./sign-in-form.tsx";
import { Problem } from "./states.tsx";

/** A decision about one row of a list of pairs. */
export type Decision = Pick<ReturnType<typeof useOrder>, "error" | "isPending" | "mutate" | "reset">;

interface Decisions {
  readonly same: Decision;
  readonly different: Decision;
}

/** Shows why a decision was refused. If the sign-in is too old, shows a new sign-in. */
export function RefusedDecision({ same, different }: Decisions): ReactNode {
  const error = same.error ?? different.error;
  if (!needsSignIn(error)) return <Problem error={error} />;
  const again = () => {
    same.reset();
    different.reset();
  };
  return <SignInAgain onDone={again} />;
}

/** The last cell of a row, with two buttons: both sides are the same, or they are different. */
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
