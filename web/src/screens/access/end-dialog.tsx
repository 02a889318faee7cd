import type { ReactNode } from "react";
import { useEnding } from "../../base/queries.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { useWords } from "../../words/words.ts";

export type Ends = `DELETE /api/access/${"tokens" | "trusts" | "sessions" | "links"}/{id}`;

/** The access that the dialog ends. */
export interface Ending {
  readonly operation: Ends;
  readonly id: string;
  readonly name: string;
}

export function EndDialog({
  asked,
  onClose,
}: {
  readonly asked: Ending;
  readonly onClose: () => void;
}): ReactNode {
  const { t } = useWords();
  const order = useEnding(asked.operation);
  return (
    <Dialog
      title={t("access.endTitle", { name: asked.name })}
      act={t("access.endNow")}
      danger
      busy={order.isPending}
      onAct={() => order.mutate({ path: { id: asked.id } }, { onSuccess: onClose })}
      onClose={onClose}
      order={order}
    >
      <p>{t("access.endText")}</p>
    </Dialog>
  );
}
