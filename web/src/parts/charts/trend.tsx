import type { ReactNode } from "react";
import { useWords } from "../../words/words.ts";

interface TrendProps {
  /** One value for each week, oldest first. Null: unknown. */
  readonly values: readonly (number | null)[];
  readonly format: (value: number) => string;
  /** The target, shown as a line. */
  readonly line?: number;
}

const WIDTH = 130;
const HEIGHT = 36;
const EDGE = 3;

/** A small line chart of the weeks, with a label for screen readers. */
export function Trend({ values, format, line }: TrendProps): ReactNode {
  const { t } = useWords();
  const known = values.flatMap((value, at) => (value === null ? [] : [{ value, at }]));
  if (known.length < 2) return null;
  const [low, high] = rangeOf([...known.map(({ value }) => value), ...(line === undefined ? [] : [line])]);
  const x = (at: number): number => EDGE + (at / Math.max(1, values.length - 1)) * (WIDTH - 2 * EDGE);
  const y = (value: number): number => HEIGHT - EDGE - ((value - low) / (high - low)) * (HEIGHT - 2 * EDGE);
  const last = known.at(-1)!;
  const said = t("kpi.trend", { first: format(known[0]!.value), last: format(last.value) });
  return (
    <svg className="trend" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={said}>
      {line === undefined ? null : <line className="target" x1={0} x2={WIDTH} y1={y(line)} y2={y(line)} />}
      <polyline
        points={known.map(({ value, at }) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" ")}
      />
      <circle cx={x(last.at)} cy={y(last.value)} r={EDGE - 0.5} />
    </svg>
  );
}

/** The range of the chart. It has a minimum, so that tiny differences do not look large. */
function rangeOf(values: readonly number[]): readonly [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const least = Math.max(Math.abs(high) * 0.02, 1e-9);
  return high - low >= least ? [low, high] : [(low + high - least) / 2, (low + high + least) / 2];
}
