/** Why a person is out whose records all say that they are there. Worded in words/reasons, explained in docs/operations.md. */
export interface DeletedRecord {
  readonly reasonCode: "recordDeleted";
  readonly reason: string;
  readonly remedy: string;
  /** Without a time where the history does not reach back so far. */
  readonly sources: readonly { readonly source: string; readonly at?: Date }[];
}

/** `recordId`: one that is left. */
export const deletedRecord = (sources: DeletedRecord["sources"], recordId: string): DeletedRecord => ({
  reasonCode: "recordDeleted",
  reason: `out because ${sources.map(({ source, at }) => `the source ${source} deleted its record${at ? ` on ${at.toISOString()}` : ""}`).join(", and ")}`,
  remedy: `if they have not left: \`dingtalk-scim joins separate ${recordId}\` lets the deleted record be forgotten, or the source creates it again`,
  sources,
});
