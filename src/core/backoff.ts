/**
 * Exponential back-off with full jitter on the upper half: attempt 0 waits about `baseMs`, each next one
 * twice as long, never more than `maxMs`. `random` is in [0, 1).
 */
export function backoffMs(attempt: number, random: number, baseMs = 1_000, maxMs = 15 * 60_000): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
