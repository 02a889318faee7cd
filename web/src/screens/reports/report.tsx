import type { ReactNode } from "react";
import { useAnswer } from "../../base/queries.ts";
import type { KpiWeek } from "../../generated/api.ts";
import { Trend } from "../../parts/charts/trend.tsx";
import { WeekTable } from "../../parts/charts/week-table.tsx";
import { Empty, Loading, Problem } from "../../parts/states.tsx";
import { useWords } from "../../words/words.ts";
import { sinceKnown } from "./reports.tsx";

/** The report for managers: the sums of thirteen weeks, without names. It is made for printing. */
export function Report(): ReactNode {
  const { t, percent, date, duration, number } = useWords();
  const { data, error } = useAnswer("GET /api/kpis", { query: { weeks: 13 } });
  if (!data) return error ? <Problem error={error} /> : <Loading />;
  const { latencySeconds, leaverMinutes, minutesByHand } = data.targets;
  const weeks = sinceKnown(data.weeks);
  if (weeks.length === 0)
    return (
      <Empty>
        <p>{t("reports.nothing")}</p>
      </Empty>
    );
  const sum = (of: (week: KpiWeek) => number): number => weeks.reduce((total, week) => total + of(week), 0);
  const leavers = sum((week) => week.leavers.total);
  const within = weeks.flatMap(({ latency }) =>
    latency.withinTarget === null ? [] : [{ share: latency.withinTarget, count: latency.count }],
  );
  const changes = within.reduce((total, { count }) => total + count, 0);
  const shares: readonly Share[] = [
    {
      value: mean(weeks.map(({ accuracy }) => accuracy)),
      values: weeks.map(({ accuracy }) => accuracy),
      text: t("report.accuracyText"),
    },
    {
      value: mean(weeks.map(({ coverage }) => coverage)),
      values: weeks.map(({ coverage }) => coverage),
      text: t("report.coverageText"),
    },
    {
      value:
        changes === 0 ? null : within.reduce((total, { share, count }) => total + share * count, 0) / changes,
      values: weeks.map(({ latency }) => latency.withinTarget),
      text: t("report.latencyText", { target: duration(latencySeconds) }),
    },
    {
      value: leavers === 0 ? null : sum((week) => week.leavers.inTime) / leavers,
      values: weeks.map((week) =>
        week.leavers.total === 0 ? null : week.leavers.inTime / week.leavers.total,
      ),
      text: t("report.leaversText", { target: duration(leaverMinutes * 60) }),
    },
  ];
  return (
    <article className="report">
      <p>
        {t("report.period", { weeks: number(weeks.length), from: date(weeks[0]!.from) })}{" "}
        <button type="button" className="no-print" onClick={() => window.print()}>
          {t("report.print")}
        </button>
      </p>
      <ul className="cards">
        {shares.map(({ value, values, text }) => (
          <li key={text}>
            <p className="big">{value === null ? t("kpi.notMeasured") : percent(value)}</p>
            <p>{text}</p>
            <Trend values={values} format={percent} />
          </li>
        ))}
        <li>
          <p className="big">{duration(sum(({ minutesSaved }) => minutesSaved) * 60)}</p>
          <p>
            {t("report.savedText", {
              changes: number(sum((week) => week.changes)),
              minutes: duration(sum((week) => week.minutes) * 60),
            })}
          </p>
        </li>
      </ul>
      <WeekTable weeks={weeks} caption={t("reports.weeks")} />
      <p className="quiet">{t("report.assumption", { minutes: duration(minutesByHand * 60) })}</p>
    </article>
  );
}

interface Share {
  readonly value: number | null;
  readonly values: readonly (number | null)[];
  readonly text: string;
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
