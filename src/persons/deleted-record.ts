/**
 * Why a person is inactive although all their records are active. words/reasons has the texts, and
 * docs/operations.md explains them.
 */
export interface DeletedRecord {
  readonly reasonCode: "recordDeleted";
  readonly reason: string;
  readonly remedy: string;
  /** `at` is missing if the history does not reach back to that time. */
  readonly sources: readonly { readonly source: string; readonly at?: Date }[];
}

export function deletedRecord(personId: string, sources: DeletedRecord["sources"]): DeletedRecord {
  const said = sources.map(
    ({ source, at }) => `the source ${source} deleted its record${at ? ` on ${at.toISOString()}` : ""}`,
  );
  return {
    reasonCode: "recordDeleted",
    reason: `out because ${said.join(", and ")}`,
    remedy: `if they have not left: \`dingtalk-scim joins forget ${personId}\` lets that count no more, or the source creates it again`,
    sources,
  };
}
