import type { ReactNode } from "react";
import { useAnswer, useNow } from "../../base/queries.ts";
import { Link } from "../../parts/link.tsx";
import { Loading, Problem } from "../../parts/states.tsx";
import { Table } from "../../parts/table.tsx";
import { useWords } from "../../words/words.ts";

const DAY_MS = 86_400_000;
const DAYS = 30;

/**
 * The number of events for each of the last days in UTC. A day is a link that limits the list to this day.
 */
export function Histogram({ filter }: { readonly filter: string }): ReactNode {
  const { t } = useWords();
  const today = Math.floor(useNow() / DAY_MS) * DAY_MS;
  const period = {
    from: new Date(today - (DAYS - 1) * DAY_MS).toISOString(),
    to: new Date(today + DAY_MS).toISOString(),
  };
  const { data, error } = useAnswer("GET /api/history/histogram", { query: { ...period, by: "day" } });
  if (!data) return error ? <Problem error={error} /> : <Loading />;
  const days = data.buckets.map(({ from, to, counts }) => ({
    from,
    to,
    events: Object.values(counts).reduce((sum, each) => sum + each, 0),
  }));
  const most = Math.max(1, ...days.map(({ events }) => events));
  return (
    <details>
      <summary>{t("history.byDay")}</summary>
      <Table caption={t("history.byDay")} captionHidden heads={[t("history.day"), t("history.events")]}>
        {[...days].reverse().map(({ from, to, events }) => (
          <tr key={from}>
            <th scope="row">
              <Link href={`/history?filter=${encodeURIComponent(narrowed(filter, from, to))}`}>
                {from.slice(0, 10)}
              </Link>
            </th>
            <td>
              <meter min={0} max={most} value={events} aria-label={t("history.events")} /> {events}
            </td>
          </tr>
        ))}
      </Table>
    </details>
  );
}

const TIMES = / ?(?:and )?at (?:ge|lt) "[^"]*"/g;

/** The filter with this period. It replaces a period that is in the filter already. */
export function narrowed(filter: string, from: string, to: string): string {
  const rest = filter.replaceAll(TIMES, "").trim();
  const times = `at ge "${from}" and at lt "${to}"`;
  if (rest === "") return times;
  return `${/ or /i.test(rest) && !/^\(.*\)$/.test(rest) ? `(${rest})` : rest} and ${times}`;
}
