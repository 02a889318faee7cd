import type { ReactNode } from "react";
import { useAnswer } from "../../base/queries.ts";
import type { Kpis, KpiWeek } from "../../generated/api.ts";
import { LatencyChart } from "../../parts/charts/latency-chart.tsx";
import { Trend } from "../../parts/charts/trend.tsx";
import { WeekTable } from "../../parts/charts/week-table.tsx";
import { Link } from "../../parts/link.tsx";
import { Empty, Loading, Problem } from "../../parts/states.tsx";
import { Table } from "../../parts/table.tsx";
import { type Key, useWords } from "../../words/words.ts";
import { ReportTabs } from "./report-tabs.tsx";

/** All figures of docs/kpis.md for thirteen weeks. */
export function Reports(): ReactNode {
  const { t } = useWords();
  const { data, error } = useAnswer("GET /api/kpis", { query: { weeks: 13 } });
  if (!data)
    return (
      <>
        <ReportTabs />
        {error ? <Problem error={error} /> : <Loading />}
      </>
    );
  const known = sinceKnown(data.weeks);
  return (
    <>
      <ReportTabs />
      <Problem error={error} />
      <p>
        {t("reports.text")} <Link href="/report">{t("reports.forManagers")}</Link>
      </p>
      {known.length === 0 ? (
        <Empty>
          <p>{t("reports.nothing")}</p>
          <Link href="/">{t("nav.overview")}</Link>
        </Empty>
      ) : (
        <>
          <LatencyChart
            caption={t("overview.latencyChart")}
            latency={data.day.latency}
            targetSeconds={data.targets.latencySeconds}
          />
          <WeekTable weeks={known} caption={t("reports.weeks")} />
          <Attributes weeks={known} />
          <Acts weeks={known} />
        </>
      )}
    </>
  );
}

/** The weeks since the installation. */
export function sinceKnown(weeks: Kpis["weeks"]): readonly KpiWeek[] {
  const first = weeks.findIndex(
    ({ accuracy, changes, interventions, leavers }) =>
      accuracy !== null || changes + interventions + leavers.total > 0,
  );
  return first < 0 ? [] : weeks.slice(first);
}

function Attributes({ weeks }: { readonly weeks: readonly KpiWeek[] }): ReactNode {
  const { t, percent } = useWords();
  const names = [...new Set(weeks.flatMap(({ attributes }) => Object.keys(attributes)))].sort();
  if (names.length === 0) return null;
  return (
    <section>
      <h2>{t("reports.attributes")}</h2>
      <p className="quiet">{t("reports.attributesNote")}</p>
      <Table
        caption={t("reports.attributes")}
        captionHidden
        heads={[t("column.attribute"), t("kpi.accuracy")]}
      >
        {names.map((name) => {
          const values = weeks.map(({ attributes }) => attributes[name] ?? null);
          const last = values.findLast((value) => value !== null);
          return (
            <tr key={name}>
              <th scope="row">
                <code>{name}</code>
              </th>
              <td>
                {last === undefined || last === null ? "–" : percent(last)}{" "}
                <Trend values={values} format={percent} />
              </td>
            </tr>
          );
        })}
      </Table>
    </section>
  );
}

function Acts({ weeks }: { readonly weeks: readonly KpiWeek[] }): ReactNode {
  const { t, has, number } = useWords();
  const sums = new Map<string, number>();
  for (const { byIntervention } of weeks)
    for (const [code, count] of Object.entries(byIntervention)) sums.set(code, (sums.get(code) ?? 0) + count);
  const most = [...sums].sort(([, one], [, other]) => other - one);
  return (
    <section>
      <h2>{t("reports.acts")}</h2>
      {most.length === 0 ? <p className="quiet">{t("reports.noActs")}</p> : null}
      <ul className="rows">
        {most.map(([code, count]) => (
          <li key={code}>
            <Link href={`/history?filter=${encodeURIComponent(`code eq "${code}"`)}`}>{number(count)}</Link>{" "}
            {/* The condition proves the cast. */}
            {has(`act.${code}`) ? t(`act.${code}` as Key) : null} <code className="quiet">{code}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}
