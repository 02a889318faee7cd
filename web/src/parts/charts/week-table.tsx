import type { ReactNode } from "react";
import type { KpiWeek } from "../../generated/api.ts";
import { useWords } from "../../words/words.ts";
import { Table } from "../table.tsx";

/** A table of weeks, newest first. */
export function WeekTable({
  weeks,
  caption,
}: {
  readonly weeks: readonly KpiWeek[];
  readonly caption: string;
}): ReactNode {
  const { t, number, percent, date, duration } = useWords();
  const share = (value: number | null): string => (value === null ? "–" : percent(value));
  const seconds = (value: number | null): string => (value === null ? "–" : duration(value));
  const newest = weeks.at(-1);
  return (
    <Table
      caption={caption}
      heads={[
        t("kpi.week"),
        t("kpi.accuracy"),
        t("kpi.coverage"),
        t("kpi.latency"),
        t("kpi.leavers"),
        t("kpi.changes"),
        t("kpi.interventions"),
        t("kpi.minutes"),
      ]}
    >
      {[...weeks].reverse().map((week) => (
        <tr key={week.from}>
          <th scope="row">
            {date(week.from)} {week === newest ? <span className="quiet">{t("kpi.thisWeek")}</span> : null}
          </th>
          <td data-head={t("kpi.accuracy")}>{share(week.accuracy)}</td>
          <td data-head={t("kpi.coverage")}>{share(week.coverage)}</td>
          <td data-head={t("kpi.latency")}>
            {seconds(week.latency.p50)} / {seconds(week.latency.p95)} / {seconds(week.latency.p99)}
          </td>
          <td data-head={t("kpi.leavers")}>
            {week.leavers.total === 0
              ? "–"
              : t("kpi.leaversOf", { inTime: week.leavers.inTime, total: week.leavers.total })}
          </td>
          <td data-head={t("kpi.changes")}>{number(week.changes)}</td>
          <td data-head={t("kpi.interventions")}>{number(week.interventions)}</td>
          <td data-head={t("kpi.minutes")}>{number(week.minutes)}</td>
        </tr>
      ))}
    </Table>
  );
}
