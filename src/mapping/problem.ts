import { AppError } from "../core/errors.ts";

/** One mistake in a mapping file, at the place an editor would put the cursor (both counted from 1). */
export interface MappingProblem {
  readonly line: number;
  readonly column: number;
  /** Keys down to the offending node, joined with dots; empty for the file itself. */
  readonly path: string;
  readonly message: string;
}

/** The mapping file cannot be used. Holds every problem found, in the order of the file. */
export class MappingInvalid extends AppError {
  readonly code = "MAPPING_INVALID";
  readonly problems: readonly MappingProblem[];
  constructor(problems: readonly MappingProblem[], options?: ErrorOptions) {
    super(problems.map(formatProblem).join("\n"), options);
    this.problems = problems;
  }
}

const formatProblem = ({ line, column, path, message }: MappingProblem): string =>
  `${line}:${column} ${path === "" ? "" : `${path}: `}${message}`;

/** " (did you mean …?)" when one of the known words is close to the unknown one, else nothing. */
export function suggestion(unknown: string, known: readonly string[]): string {
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const word of known) {
    const distance = editDistance(unknown.toLowerCase(), word.toLowerCase());
    if (!best || distance < best.distance) best = { word, distance };
  }
  if (!best) return "";
  const tolerated = best.word.length < 4 ? 1 : Math.max(2, Math.floor(best.word.length / 3));
  return best.distance <= tolerated ? ` (did you mean ${best.word}?)` : "";
}

function editDistance(a: string, b: string): number {
  // Words longer than any key of ours are not worth the square of their length.
  if (a.length > 64 || b.length > 64) return Number.POSITIVE_INFINITY;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(previous[j]! + 1, current[j - 1]! + 1, swap));
    }
    previous = current;
  }
  return previous[b.length]!;
}
