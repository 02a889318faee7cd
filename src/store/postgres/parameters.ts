export type SqlType =
  | "text"
  | "text[]"
  | "uuid"
  | "uuid[]"
  | "numeric"
  | "smallint[]"
  | "timestamptz"
  | "boolean"
  | "bigint";

/** Collects the values of one statement. Values of clients must reach a statement only in this way. */
export interface Parameters {
  readonly values: readonly unknown[];
  /** Adds a value and returns its placeholder with a cast, such as `$3::text`. */
  add(value: unknown, type: SqlType): string;
}

/** `before`: the values that the statement has already. */
export function createParameters(before: readonly unknown[] = []): Parameters {
  const values = [...before];
  return {
    values,
    add(value, type) {
      values.push(value);
      return `$${values.length}::${type}`;
    },
  };
}
