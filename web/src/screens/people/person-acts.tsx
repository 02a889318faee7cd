import { type ReactNode, useState } from "react";
import { ApiError } from "../../base/api.ts";
import { useOrder } from "../../base/queries.ts";
import { may } from "../../base/rights.ts";
import type { Event, Person, Session } from "../../generated/api.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { Problem } from "../../parts/states.tsx";
import { Foreign } from "../../parts/text.tsx";
import { type Key, useWords } from "../../words/words.ts";

interface ActsProps {
  readonly id: string;
  readonly person: Person;
  readonly events: readonly Event[];
  readonly session: Session;
}

/** The acts for one person. Dialogs show the person's name before the act. */
export function PersonActs({ id, person: { item, present }, events, session }: ActsProps): ReactNode {
  const { t } = useWords();
  const retry = useOrder("POST /api/sync/items/{kind}/{id}/retry");
  const [asks, setAsks] = useState<"restore" | "unlink">();
  const wasRemoved = present === null && events.some(isRemoval);
  const acts = [
    may(session, "operate") && item.state !== "inSync" ? (
      <button
        key="retry"
        type="button"
        disabled={retry.isPending}
        onClick={() => retry.mutate({ path: { kind: "user", id } })}
      >
        {t("button.retry")}
      </button>
    ) : null,
    may(session, "operate") && wasRemoved ? (
      <button key="restore" type="button" onClick={() => setAsks("restore")}>
        {t("button.restore")}
      </button>
    ) : null,
    may(session, "approve") && item.remoteId !== undefined && present !== null ? (
      <button key="unlink" type="button" onClick={() => setAsks("unlink")}>
        {t("button.unlink")}
      </button>
    ) : null,
  ].filter((act) => act !== null);
  const name = item.name ?? id;
  return (
    <>
      {acts.length > 0 ? <p className="buttons">{acts}</p> : null}
      <Problem error={retry.error} />
      {asks === "restore" ? <RestoreDialog id={id} name={name} onClose={() => setAsks(undefined)} /> : null}
      {asks === "unlink" ? <UnlinkDialog id={id} name={name} onClose={() => setAsks(undefined)} /> : null}
    </>
  );
}

const isRemoval = ({ code, outcome, detail }: Event): boolean =>
  code === "target.outcome" &&
  outcome === "done" &&
  (detail as { readonly action?: unknown } | undefined)?.action === "remove";

interface DialogProps {
  readonly id: string;
  readonly name: string;
  readonly onClose: () => void;
}

function RestoreDialog({ id, name, onClose }: DialogProps): ReactNode {
  const { t, has } = useWords();
  const restore = useOrder("POST /api/sync/restore");
  const refused = resultIn(restore.error);
  return (
    <Dialog
      title={t("restore.title")}
      act={t("button.restore")}
      busy={restore.isPending}
      onAct={() => restore.mutate({ body: { ids: [id] } }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>
        <Foreign text={name} />
      </p>
      <p>{t("restore.text")}</p>
      {has(`restored.${refused}`) ? (
        <p className="problem" role="alert">
          {/* The condition proves the cast. */}
          {t(`restored.${refused}` as Key)}
        </p>
      ) : (
        <Problem error={restore.error} />
      )}
    </Dialog>
  );
}

/** The reason why the person was not put back. */
function resultIn(error: unknown): string | undefined {
  const people = error instanceof ApiError ? error.problem["people"] : undefined;
  const [first] = Array.isArray(people) ? (people as readonly { readonly result?: string }[]) : [];
  return first?.result;
}

function UnlinkDialog({ id, name, onClose }: DialogProps): ReactNode {
  const { t } = useWords();
  const unlink = useOrder("POST /api/sync/items/{kind}/{id}/unlink");
  return (
    <Dialog
      title={t("unlink.title")}
      act={t("button.unlink")}
      danger
      busy={unlink.isPending}
      onAct={() => unlink.mutate({ path: { kind: "user", id } }, { onSuccess: onClose })}
      onClose={onClose}
      order={unlink}
    >
      <p>
        <Foreign text={name} />
      </p>
      <p>{t("unlink.text")}</p>
    </Dialog>
  );
}
