import { AppError } from "../../core/errors.ts";
import { nearest } from "../../core/text/did-you-mean.ts";

/** One mistake in a file, at the position for an editor (line and column counted from 1). */
export interface FileProblem {
  readonly line: number;
  readonly column: number;
  /** Keys down to the wrong node, joined with dots. Empty for the file itself. */
  readonly path: string;
  readonly message: string;
}

/** A file of settings cannot be used. Has all problems in the order of the file. */
export abstract class FileInvalid extends AppError {
  readonly problems: readonly FileProblem[];
  constructor(problems: readonly FileProblem[], options?: ErrorOptions) {
    super(problems.map(formatProblem).join("\n"), options);
    this.problems = problems;
  }
}

export class MappingInvalid extends FileInvalid {
  readonly code = "MAPPING_INVALID";
}

export const inOrder = (problems: readonly FileProblem[]): readonly FileProblem[] =>
  [...problems].sort((a, b) => a.line - b.line || a.column - b.column);

const formatProblem = ({ line, column, path, message }: FileProblem): string =>
  `${line}:${column} ${path === "" ? "" : `${path}: `}${message}`;

/** " (did you mean …?)" if a known word is similar to the unknown one, otherwise an empty text. */
export function suggestion(unknown: string, known: readonly string[]): string {
  const meant = nearest(unknown, known, (word) =>
    word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3)),
  );
  return meant === undefined ? "" : ` (did you mean ${meant}?)`;
}
