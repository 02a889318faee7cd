import type { ReactNode } from "react";
import type { KpiLatency } from "../../generated/api.ts";
import { useWords } from "../../words/words.ts";

interface LatencyChartProps {
  readonly caption: string;
  readonly latency: KpiLatency;
  readonly targetSeconds: number;
}

/** A chart: the number of changes for each duration, with a line at the target. */
export function LatencyChart({
  caption,
  latency: { histogram, withinTarget },
  targetSeconds,
}: LatencyChartProps): ReactNode {
  const { t, number, percent, duration } = useWords();
  const most = Math.max(1, ...histogram.map(({ count }) => count));
  const lineAfter = histogram.filter(({ upTo }) => upTo !== null && upTo <= targetSeconds).length - 1;
  return (
    <figure className="chart">
      <figcaption>
        {caption}
        {withinTarget === null ? null : (
          <strong>
            {" "}
            {t("kpi.within", { share: percent(withinTarget), target: duration(targetSeconds) })}
          </strong>
        )}
      </figcaption>
      <ol className="columns">
        {histogram.map(({ upTo, count }, at) => (
          <li key={upTo ?? "more"} className={at === lineAfter ? "line" : at > lineAfter ? "over" : ""}>
            <span className="count">{count === 0 ? "" : number(count)}</span>
            <svg className="bar" viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true">
              <rect x="0" width="10" y={100 - (100 * count) / most} height={(100 * count) / most} />
            </svg>
            <span className="upTo">{upTo === null ? t("kpi.more") : duration(upTo)}</span>
          </li>
        ))}
      </ol>
      <p className="quiet">{t("kpi.line", { target: duration(targetSeconds) })}</p>
    </figure>
  );
}
