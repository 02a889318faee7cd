import { load, type Measured, type Subject } from "./client.ts";

/**
 * One of those that are compared: a server, and what is asked of it. An iteration answers how many requests
 * it made, and rejects on a wrong answer.
 */
export interface Contender {
  readonly subject: Subject;
  iteration(n: number): Promise<number>;
}

export interface Turns {
  readonly clients: number;
  /** Those that count; one more goes before them, in which caches fill. */
  readonly turns: number;
  /**
   * Whoever is not at work stands still, so that what a server does by itself falls into its own turns only.
   */
  readonly standStill?: boolean;
  /** What else is read before and after each turn, such as the processor time of the database. */
  readonly meters?: Readonly<Record<string, () => number>>;
}

export interface Taken extends Measured {
  readonly metered: Readonly<Record<string, number>>;
}

const TURN_SECONDS = 1;

/**
 * Everybody second by second in turn, so that whatever else the machine does meets all of them. What the
 * first turn of each does is thrown away.
 */
export async function inTurns(contenders: readonly Contender[], settings: Turns): Promise<readonly Taken[]> {
  const { clients, turns, standStill = false, meters = {} } = settings;
  const results = contenders.map((): Taken[] => []);
  const others = (subject: Subject): readonly number[] =>
    standStill
      ? contenders.flatMap((each) => each.subject.pids).filter((pid) => !subject.pids.includes(pid))
      : [];
  let n = 0;
  for (let turn = 0; turn <= turns; turn++) {
    for (const [at, { subject, iteration }] of contenders.entries()) {
      const before = read(meters);
      const measured = await whileStopped(others(subject), () =>
        load(subject, clients, TURN_SECONDS, () => iteration(n++)),
      );
      const after = read(meters);
      const metered = Object.fromEntries(
        Object.keys(meters).map((name) => [name, after[name]! - before[name]!]),
      );
      if (turn > 0) results[at]!.push({ ...measured, metered });
    }
  }
  return results.map(sum);
}

async function whileStopped<T>(pids: readonly number[], work: () => Promise<T>): Promise<T> {
  for (const pid of pids) process.kill(pid, "SIGSTOP");
  try {
    return await work();
  } finally {
    for (const pid of pids) process.kill(pid, "SIGCONT");
  }
}

const read = (meters: NonNullable<Turns["meters"]>): Record<string, number> =>
  Object.fromEntries(Object.entries(meters).map(([name, meter]) => [name, meter()]));

const sum = (turns: readonly Taken[]): Taken => {
  const total = (of: (turn: Taken) => number): number => turns.reduce((so, turn) => so + of(turn), 0);
  return {
    requests: total((turn) => turn.requests),
    seconds: total((turn) => turn.seconds),
    latenciesMs: turns.flatMap((turn) => turn.latenciesMs),
    cpuMs: total((turn) => turn.cpuMs),
    metered: Object.fromEntries(
      Object.keys(turns[0]?.metered ?? {}).map((name) => [name, total((turn) => turn.metered[name]!)]),
    ),
  };
};

/** What one contender showed. Times are of an iteration. */
export interface Figures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMsPerRequest: number;
}

export const figuresOf = ({ requests, seconds, latenciesMs, cpuMs }: Measured): Figures => ({
  perSecond: requests / seconds,
  p50Ms: percentile(latenciesMs, 0.5),
  p99Ms: percentile(latenciesMs, 0.99),
  cpuMsPerRequest: cpuMs / requests,
});

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export const figuresText = ({ perSecond, p50Ms, p99Ms, cpuMsPerRequest }: Figures): string =>
  `${perSecond.toFixed(0).padStart(6)}/s  p50 ${p50Ms.toFixed(2).padStart(6)}  p99 ${p99Ms.toFixed(2).padStart(7)}  cpu ${cpuMsPerRequest.toFixed(3)} ms`;
