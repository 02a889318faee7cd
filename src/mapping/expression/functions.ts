/* The names that authors of a mapping may use. register-functions.ts has what they do. */

/**
 * Functions for authors, with their numbers of arguments. Other functions of the library are refused when the
 * file is read.
 */
export const FUNCTIONS: Readonly<Record<string, readonly number[]>> = {
  has: [1],
  size: [1],
  string: [1],
  int: [1],
  double: [1],
  firstOf: [1, 2, 3, 4, 5, 6, 7, 8],
  join: [2],
  lower: [1],
  upper: [1],
  trim: [1],
  oneLine: [1],
  like: [2],
  lookup: [2, 3],
  treePath: [2],
  phone: [1, 2],
  readablePhone: [1],
  phoneOf: [2],
  emailOf: [2],
  addressOf: [2],
  fullName: [1],
  splitName: [1, 2],
  dateMs: [1, 2],
};

/**
 * Methods of texts and lists for authors. `matches` is excluded, because a backtracking engine would run its
 * pattern.
 */
export const TEXT_METHODS = [
  "startsWith",
  "endsWith",
  "contains",
  "lowerAscii",
  "upperAscii",
  "trim",
  "indexOf",
  "lastIndexOf",
  "substring",
  "split",
] as const;
export const LIST_MACROS = ["all", "exists", "exists_one", "map", "filter"] as const;
