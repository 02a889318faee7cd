import type { ReactNode } from "react";
import { go, useAddress, withQuery } from "../base/address.ts";
import { MODES } from "../base/modes.ts";
import { usePages } from "../base/queries.ts";
import type { Plan as PlanAnswer } from "../generated/api.ts";
import { EntityName } from "../parts/entity-name.tsx";
import { Link } from "../parts/link.tsx";
import { More } from "../parts/more.tsx";
import { Empty, Problem } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { useReasons } from "../words/reasons.ts";
import { useWords } from "../words/words.ts";
import { Changes } from "./history/changes.tsx";

const FORMATS = ["csv", "json"] as const;
const ACTIONS = ["create", "update", "remove", "suspend", "resume"] as const;

/**
 * The plan of all writes in a chosen mode. It takes seconds, so it is made only when the view is opened or
 * the button is used.
 */
export function Plan(): ReactNode {
  const { t } = useWords();
  const address = useAddress();
  const mode = MODES.find((each) => each === address.query.get("mode")) ?? "sync";
  const action = ACTIONS.find((each) => each === address.query.get("action"));
  const pages = usePages("GET /api/sync/plan", { query: { mode, action, count: 50 } });
  const { summary, advice = [] } = pages.data?.pages[0] ?? {};
  const items = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const choose = (change: Readonly<Record<string, string | undefined>>) => go(withQuery(address, change));
  return (
    <>
      <p>{t("plan.text")}</p>
      <div className="filters">
        <label className="field">
          {t("plan.mode")}
          <select value={mode} onChange={(event) => choose({ mode: event.target.value })}>
            {MODES.map((each) => (
              <option key={each} value={each} translate="no">
                {each}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          {t("column.action")}
          <select value={action ?? ""} onChange={(event) => choose({ action: event.target.value })}>
            <option value="">{t("plan.anyAction")}</option>
            {ACTIONS.map((each) => (
              <option key={each} value={each}>
                {t(`action.${each}`)}
              </option>
            ))}
          </select>
        </label>
        <button type="button" disabled={pages.isFetching} onClick={() => void pages.refetch()}>
          {t("plan.again")}
        </button>
      </div>
      <Problem error={pages.error} />
      {pages.isFetching && !pages.isFetchingNextPage ? (
        <p role="status">
          <progress aria-label={t("plan.making")} /> {t("plan.making")}
        </p>
      ) : null}
      {advice.map((each) => (
        <Advice key={each.code} advice={each} />
      ))}
      {summary ? <Summary summary={summary} /> : null}
      {items.length > 0 ? (
        <p>
          {t("plan.download")}{" "}
          {FORMATS.map((format) => (
            <a
              key={format}
              className="example"
              download
              href={`/api/sync/plan/export?${new URLSearchParams({ format, mode, ...(action ? { action } : {}) })}`}
            >
              <code>{format}</code>
            </a>
          ))}
        </p>
      ) : null}
      {summary && items.length === 0 ? (
        <Empty>
          <p>{t("plan.nothing")}</p>
          <Link href="/">{t("nav.overview")}</Link>
        </Empty>
      ) : null}
      {items.length > 0 ? <Items items={items} /> : null}
      <More
        hasMore={pages.hasNextPage}
        busy={pages.isFetchingNextPage}
        onMore={() => void pages.fetchNextPage()}
      />
    </>
  );
}

/** A warning about a rule that is allowed but may be a mistake. */
function Advice({
  advice: { code, text, remedy, minutes },
}: {
  readonly advice: PlanAnswer["advice"][number];
}): ReactNode {
  const { duration } = useWords();
  const worded = useReasons()({ reasonCode: code, reason: text });
  return (
    <div className="note" role="note">
      <p>
        <strong>{worded.title}</strong> ({duration(minutes * 60)}) <code>{code}</code>
      </p>
      <p lang={worded.lang}>{worded.remedy ?? remedy}</p>
    </div>
  );
}

function Summary({ summary }: { readonly summary: PlanAnswer["summary"] }): ReactNode {
  const { t, number } = useWords();
  return (
    <dl className="figures small">
      {ACTIONS.map((each) => (
        <div key={each}>
          <dt>{t(`action.${each}`)}</dt>
          <dd>{number(summary[each])}</dd>
        </div>
      ))}
      <div>
        <dt>{t("plan.held")}</dt>
        <dd>{number(summary.held)}</dd>
      </div>
      <div>
        <dt>{t("plan.calls")}</dt>
        <dd>{number(summary.calls)}</dd>
      </div>
    </dl>
  );
}

function Items({ items }: { readonly items: PlanAnswer["items"] }): ReactNode {
  const { t } = useWords();
  const worded = useReasons();
  return (
    <Table
      caption={t("nav.plan")}
      captionHidden
      heads={[t("column.name"), t("column.action"), t("column.changes")]}
    >
      {items.map(({ kind, id, name, action, changes, heldBy }) => (
        <tr key={`${kind} ${id}`}>
          <th scope="row">
            <EntityName kind={kind} id={id} name={name} />{" "}
            {kind === "user" ? null : <span className="quiet">{t(`kind.${kind}`)}</span>}
          </th>
          <td>
            {t(`action.${action}`)}{" "}
            {heldBy ? (
              <span className="chip state-held">
                ‖ {worded({ reasonCode: heldBy }).title} <code>{heldBy}</code>
              </span>
            ) : null}
          </td>
          <td>
            <Changes changes={changes} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
