import { type Contender, type Figures, figuresOf, figuresText, inTurns, type Turns } from "./turns.ts";

/* How a cost grows with a size: the same request at two sizes, side by side. */

export interface Sized extends Contender {
  readonly size: number;
}

export interface Growth {
  readonly workload: string;
  readonly sizes: readonly [number, number];
  readonly small: Figures;
  readonly large: Figures;
  /** Of the median and of the processor time of a request. */
  readonly p50Exponent: number;
  readonly cpuExponent: number;
  /** Largest exponent of the median that is asked for. */
  readonly bar: number | undefined;
}

export async function measureGrowth(
  workload: string,
  bar: number | undefined,
  small: Sized,
  large: Sized,
  turns: Turns,
): Promise<Growth> {
  const [below, above] = (await inTurns([small, large], turns)).map(figuresOf) as [Figures, Figures];
  const exponent = (of: (figures: Figures) => number): number =>
    growthExponent([small.size, of(below)], [large.size, of(above)]);
  return {
    workload,
    sizes: [small.size, large.size],
    small: below,
    large: above,
    p50Exponent: exponent(({ p50Ms }) => p50Ms),
    cpuExponent: exponent(({ cpuMsPerRequest }) => cpuMsPerRequest),
    bar,
  };
}

/** 0: the cost stays; 1: it doubles when the size does. */
export const growthExponent = (
  [size, cost]: readonly [number, number],
  [largerSize, largerCost]: readonly [number, number],
): number => Math.log(largerCost / cost) / Math.log(largerSize / size);

export const growthText = ({
  workload,
  sizes,
  small,
  large,
  p50Exponent,
  cpuExponent,
  bar,
}: Growth): string =>
  [
    workload.padEnd(42),
    ...sizes.map((size, at) => `${String(size).padStart(7)}: ${figuresText(at === 0 ? small : large)}`),
    `exponent p50 ${p50Exponent.toFixed(3)}, cpu ${cpuExponent.toFixed(3)}${bar === undefined ? "" : ` (bar ${bar})`}`,
  ].join("  | ");

export const isTooSteep = ({ p50Exponent, bar }: Growth): boolean => bar !== undefined && p50Exponent > bar;
