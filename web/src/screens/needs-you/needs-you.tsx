import { type ReactNode, useState } from "react";
import { useAnswer, useOrder, usePages } from "../../base/queries.ts";
import { may } from "../../base/rights.ts";
import type { Adoption, Reasons, Session } from "../../generated/api.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { EntityName } from "../../parts/entity-name.tsx";
import { Link } from "../../parts/link.tsx";
import { More } from "../../parts/more.tsx";
import { RefusedDecision, SameOrDifferent } from "../../parts/same-or-different.tsx";
import { Empty, Loading, Problem, StateChip } from "../../parts/states.tsx";
import { Table } from "../../parts/table.tsx";
import { Foreign, When } from "../../parts/text.tsx";
import { isDecidedHere, useReasons } from "../../words/reasons.ts";
import { useWords } from "../../words/words.ts";
import { Joins } from "./joins.tsx";

export function NeedsYou({ session }: { readonly session: Session }): ReactNode {
  const { t, language } = useWords();
  const incidents = useAnswer(
    "GET /api/incidents",
    { query: { state: "open", lang: language } },
    { live: true },
  );
  const holds = useAnswer("GET /api/sync/holds", { query: { state: "open" } }, { live: true });
  const reasons = useAnswer("GET /api/sync/reasons", {}, { live: true });
  const adoptions = usePages("GET /api/sync/adoptions", { query: { state: "proposed", count: 50 } });
  const joins = useAnswer("GET /api/joins", { query: { state: "proposed", count: 50 } });
  const several = useAnswer("GET /api/joins", { query: { state: "ambiguous", count: 50 } });
  const undecided = [...(joins.data?.joins ?? []), ...(several.data?.joins ?? [])];
  const proposals = adoptions.data?.pages.flatMap((page) => page.adoptions) ?? [];
  const stuck =
    reasons.data?.reasons.filter((each) => isStuck(each) && !isDecidedHere(each.reasonCode)) ?? [];
  const waiting = reasons.data?.reasons.filter((each) => !isStuck(each)) ?? [];
  const problem = holds.error ?? incidents.error ?? reasons.error ?? adoptions.error ?? joins.error;
  if (!holds.data || !incidents.data || !reasons.data || !adoptions.data)
    return problem ? <Problem error={problem} /> : <Loading />;
  const nothing =
    holds.data.holds.length +
      incidents.data.incidents.length +
      stuck.length +
      proposals.length +
      undecided.length ===
    0;
  return (
    <>
      <Problem error={problem} />
      {nothing ? (
        <Empty>
          <p>{t("needs.nothing")}</p>
          <Link href="/history">{t("needs.nothingNext")}</Link>
        </Empty>
      ) : null}
      {holds.data.holds.length > 0 ? (
        <section>
          <h2>{t("holds.title")}</h2>
          <p>{t("holds.text")}</p>
          <ul className="cards">
            {holds.data.holds.map((hold) => (
              <li key={hold.id}>
                <h3>
                  <Link href={`/holds/${hold.id}`}>{t(`limit.${hold.limit}`, { count: hold.count })}</Link>
                </h3>
                <p>
                  {t("hold.passed", {
                    passed: hold.passed,
                    allowed: hold.allowed,
                    hours: hold.windowHours,
                    present: hold.present,
                  })}
                </p>
                <p>
                  <When at={hold.openedAt} />
                </p>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {incidents.data.incidents.length > 0 ? (
        <section>
          <h2>{t("incidents.title")}</h2>
          <ul className="cards">
            {incidents.data.incidents.map(({ id, title, openedAt }) => (
              <li key={id}>
                <h3>
                  <Link href={`/incidents/${id}`}>
                    <Foreign text={title} />
                  </Link>
                </h3>
                <p>
                  <When at={openedAt} />
                </p>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {stuck.length > 0 ? (
        <section>
          <h2>{t("stuck.title")}</h2>
          <ReasonCards reasons={stuck} session={session} />
        </section>
      ) : null}
      {proposals.length > 0 ? (
        <section>
          <h2>{t("adoptions.title")}</h2>
          <p>{t("adoptions.text")}</p>
          <Proposals proposals={proposals} session={session} />
          <More
            hasMore={adoptions.hasNextPage}
            busy={adoptions.isFetchingNextPage}
            onMore={() => void adoptions.fetchNextPage()}
          />
        </section>
      ) : null}
      {undecided.length > 0 ? (
        <section>
          <h2>{t("joins.title")}</h2>
          <p>{t("joins.text")}</p>
          <Joins joins={undecided} session={session} />
        </section>
      ) : null}
      {waiting.length > 0 ? (
        <section>
          <h2>{t("waiting.title")}</h2>
          <p>{t("waiting.text")}</p>
          <ReasonCards reasons={waiting} session={session} />
        </section>
      ) : null}
    </>
  );
}

type Reason = Reasons["reasons"][number];

const isStuck = ({ state }: Reason): boolean => state === "parked" || state === "held";

function ReasonCards({
  reasons,
  session,
}: {
  readonly reasons: readonly Reason[];
  readonly session: Session;
}): ReactNode {
  const { t } = useWords();
  const worded = useReasons();
  const [asks, setAsks] = useState<Reason>();
  return (
    <>
      <ul className="cards">
        {reasons.map((each) => {
          const { state, reasonCode, count } = each;
          const { title, remedy, lang } = worded(each);
          return (
            <li key={`${state} ${reasonCode}`}>
              <h3>
                <Link href={`/people?reason=${reasonCode}&kind=all`}>
                  {t("reason.count", { count, title })}
                </Link>
              </h3>
              <p>
                <StateChip state={state} /> <code>{reasonCode}</code>
              </p>
              {remedy ? <p lang={lang}>{remedy}</p> : null}
              {may(session, "operate") ? (
                <button type="button" onClick={() => setAsks(each)}>
                  {t("button.retryAll", { count })}
                </button>
              ) : null}
            </li>
          );
        })}
      </ul>
      {asks ? <RetryDialog reason={asks} onClose={() => setAsks(undefined)} /> : null}
    </>
  );
}

function RetryDialog({
  reason: { reasonCode, count },
  onClose,
}: {
  readonly reason: Reason;
  readonly onClose: () => void;
}): ReactNode {
  const { t } = useWords();
  const retry = useOrder("POST /api/sync/items/retry");
  const { data } = useAnswer("GET /api/sync/items", { query: { reason: reasonCode, count: 10 } });
  return (
    <Dialog
      title={t("retry.title", { count })}
      act={t("button.retryAll", { count })}
      busy={retry.isPending}
      onAct={() => retry.mutate({ body: { reason: reasonCode } }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>{t("retry.text")}</p>
      <Names names={data?.items.map(({ id, name }) => name ?? id) ?? []} total={count} />
      <Problem error={retry.error} />
    </Dialog>
  );
}

/** The people of an act: the first names, and the number of the others. */
export function Names({
  names,
  total,
}: {
  readonly names: readonly string[];
  readonly total: number;
}): ReactNode {
  const { t } = useWords();
  return (
    <ul className="names">
      {names.map((name, at) => (
        // Names may repeat.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above.
        <li key={at}>
          <Foreign text={name} />
        </li>
      ))}
      {total > names.length ? <li>{t("names.more", { count: total - names.length })}</li> : null}
    </ul>
  );
}

function Proposals({
  proposals,
  session,
}: {
  readonly proposals: readonly Adoption[];
  readonly session: Session;
}): ReactNode {
  const { t } = useWords();
  const decisions = {
    same: useOrder("POST /api/sync/adoptions/{id}/accept"),
    different: useOrder("POST /api/sync/adoptions/{id}/reject"),
  };
  const acts = may(session, "approve");
  return (
    <>
      <RefusedDecision {...decisions} />
      <Table
        caption={t("adoptions.title")}
        captionHidden
        heads={[
          t("adoptions.directory"),
          t("adoptions.dingtalk"),
          t("adoptions.equal"),
          ...(acts ? [t("adoptions.decide")] : []),
        ]}
      >
        {proposals.map(({ id, entity, remote, matched, strength, tier, kind }) => (
          <tr key={id}>
            <th scope="row">
              <EntityName kind={kind} id={entity.id} name={entity.name} />
            </th>
            <td>
              <Foreign text={remote.name ?? remote.id} />{" "}
              {remote.title ? <Foreign text={remote.title} /> : null}{" "}
              <span className="quiet">{remote.departments.join(", ")}</span> <code>{remote.id}</code>
            </td>
            <td>
              {t(`strength.${strength}`)} ({tier}) <code>{matched.join(", ")}</code>
            </td>
            {acts ? <SameOrDifferent id={id} {...decisions} /> : null}
          </tr>
        ))}
      </Table>
    </>
  );
}
