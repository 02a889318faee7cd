import { type ReactNode, useId, useState } from "react";
import { useOrder, usePages } from "../../base/queries.ts";
import { may } from "../../base/rights.ts";
import type { HoldWithMembers, Session } from "../../generated/api.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { EntityName } from "../../parts/entity-name.tsx";
import { Link } from "../../parts/link.tsx";
import { More } from "../../parts/more.tsx";
import { Loading, Problem } from "../../parts/states.tsx";
import { Table } from "../../parts/table.tsx";
import { When } from "../../parts/text.tsx";
import { useWords } from "../../words/words.ts";
import { Names } from "./needs-you.tsx";

export function HoldScreen({ id, session }: { readonly id: string; readonly session: Session }): ReactNode {
  const { t } = useWords();
  const pages = usePages("GET /api/sync/holds/{id}", { path: { id }, query: { count: 100 } });
  const [asks, setAsks] = useState<"approve" | "reject">();
  const hold = pages.data?.pages[0];
  if (!hold) return pages.error ? <Problem error={pages.error} /> : <Loading />;
  const members = pages.data!.pages.flatMap((page) => page.entities);
  return (
    <>
      <p className="sentence">{t(`limit.${hold.limit}`, { count: hold.count })}</p>
      <p>
        {t("hold.passed", {
          passed: hold.passed,
          allowed: hold.allowed,
          hours: hold.windowHours,
          present: hold.present,
        })}
      </p>
      <dl className="facts">
        <dt>{t("hold.state")}</dt>
        <dd>{t(`holdState.${hold.state}`)}</dd>
        <dt>{t("hold.opened")}</dt>
        <dd>
          <When at={hold.openedAt} />
        </dd>
        <dt>{t("hold.expires")}</dt>
        <dd>
          <When at={hold.expiresAt} />
        </dd>
        <dt>{t("hold.digest")}</dt>
        <dd>
          <code className="long">{hold.digest}</code>
        </dd>
        {hold.approvals.map(({ by, at }) => (
          <div key={`${by} ${at}`}>
            <dt>{t("hold.approvedBy")}</dt>
            <dd>
              <code>{by}</code> <When at={at} />
            </dd>
          </div>
        ))}
      </dl>
      {hold.state === "open" && may(session, "approve") ? (
        <div className="buttons">
          <button type="button" className="danger" onClick={() => setAsks("approve")}>
            {t("button.approve", { count: hold.count })}
          </button>
          <button type="button" onClick={() => setAsks("reject")}>
            {t("button.reject")}
          </button>
        </div>
      ) : null}
      <Members members={members} />
      <More
        hasMore={pages.hasNextPage}
        busy={pages.isFetchingNextPage}
        onMore={() => void pages.fetchNextPage()}
      />
      {asks ? <Decision act={asks} hold={hold} members={members} onClose={() => setAsks(undefined)} /> : null}
    </>
  );
}

type Member = HoldWithMembers["entities"][number];

function Members({ members }: { readonly members: readonly Member[] }): ReactNode {
  const { t } = useWords();
  return (
    <Table caption={t("hold.members")} heads={[t("column.name"), t("column.action"), t("hold.cause")]}>
      {members.map(({ kind, id, name, action, done, causes }) => (
        <tr key={`${kind} ${id}`}>
          <th scope="row">
            <EntityName kind={kind} id={id} name={name} />
          </th>
          <td>
            {t(`action.${action}`)} {done ? t("hold.done") : ""}
          </td>
          <td>
            {causes.map(({ event, actor }) => (
              <div key={event}>
                <Link href={`/history/${event}`}>
                  <code>{actor}</code>
                </Link>
              </div>
            ))}
          </td>
        </tr>
      ))}
    </Table>
  );
}

interface DecisionProps {
  readonly act: "approve" | "reject";
  readonly hold: HoldWithMembers;
  readonly members: readonly Member[];
  readonly onClose: () => void;
}

const SHOWN = 20;

/**
 * The dialog for a decision. It shows names and count, and the count must be typed. So nobody removes more
 * people than intended.
 */
function Decision({ act, hold, members, onClose }: DecisionProps): ReactNode {
  const { t } = useWords();
  const id = useId();
  const [typed, setTyped] = useState("");
  const [second, setSecond] = useState(false);
  const approve = useOrder("POST /api/sync/holds/{id}/approve");
  const reject = useOrder("POST /api/sync/holds/{id}/reject");
  const order = act === "approve" ? approve : reject;
  const given = { path: { id: hold.id }, body: { digest: hold.digest, count: hold.count } };
  const carryOut = () =>
    order.mutate(given, {
      onSuccess: (answer) => ("needsSecondApproval" in answer ? setSecond(true) : onClose()),
    });
  if (second)
    return (
      <Dialog title={t("hold.second")} act={t("button.ok")} onAct={onClose} onClose={onClose}>
        <p>{t("hold.secondText")}</p>
      </Dialog>
    );
  return (
    <Dialog
      title={t(act === "approve" ? "approve.title" : "reject.title", { count: hold.count })}
      act={act === "approve" ? t("button.approve", { count: hold.count }) : t("button.reject")}
      danger={act === "approve"}
      busy={order.isPending}
      blocked={act === "approve" && typed.normalize("NFKC").trim() !== String(hold.count)}
      onAct={carryOut}
      onClose={onClose}
      order={order}
    >
      <p>{t(act === "approve" ? "approve.text" : "reject.text")}</p>
      <Names
        names={members.slice(0, SHOWN).map(({ name, id: entity }) => name ?? entity)}
        total={hold.count}
      />
      {act === "approve" ? (
        <div className="field">
          <label htmlFor={id}>{t("approve.type", { number: String(hold.count) })}</label>
          <input
            id={id}
            inputMode="numeric"
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
      ) : null}
    </Dialog>
  );
}
