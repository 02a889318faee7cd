/** Why a person is out whose records all say that they are there. Worded in words/reasons, explained in docs/operations.md. */
export interface DeletedRecord {
  readonly reasonCode: "recordDeleted";
  readonly reason: string;
  readonly remedy: string;
  /** Without a time where the history does not reach back so far. */
  readonly sources: readonly { readonly source: string; readonly at?: Date }[];
}

export function deletedRecord(personId: string, sources: DeletedRecord["sources"]): DeletedRecord {
  const said = sources.map(({ source, at }) => `the source ${source} deleted its record${at ? ` on ${at.toISOString()}` : ""}`);
  return {
    reasonCode: "recordDeleted",
    reason: `out because ${said.join(", and ")}`,
    remedy: `if they have not left: \`dingtalk-scim joins forget ${personId}\` lets that count no more, or the source creates it again`,
    sources,
  };
}
