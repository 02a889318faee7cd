export type SqlType = "text" | "text[]" | "uuid" | "uuid[]" | "numeric" | "timestamptz" | "boolean" | "bigint";

/** Collects the values of one statement. Nothing a client sent reaches a statement in any other way. */
export interface Parameters {
  readonly values: readonly unknown[];
  /** Answers the placeholder, cast to its type: `$3::text`. */
  add(value: unknown, type: SqlType): string;
}

/** Goes on from the values a statement has already. */
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
