/** Why a person is out whose records all say that they are there. Worded in words/reasons, explained in docs/operations.md. */
export interface DeletedRecord {
  readonly reasonCode: "recordDeleted";
  readonly reason: string;
  readonly remedy: string;
  /** Without a time where the history does not reach back so far. */
  readonly sources: readonly { readonly source: string; readonly at?: Date }[];
}

/** `records`: those that are left. Of several nobody can say by an order that the deleted one counts no more. */
export function deletedRecord(sources: DeletedRecord["sources"], records: readonly { readonly id: string }[]): DeletedRecord {
  const said = sources.map(({ source, at }) => `the source ${source} deleted its record${at ? ` on ${at.toISOString()}` : ""}`);
  const [only, ...others] = records;
  const isOnly = only !== undefined && others.length === 0;
  const forget = isOnly ? `\`dingtalk-scim joins separate ${only.id}\` lets the deleted record be forgotten, or ` : "";
  return {
    reasonCode: "recordDeleted",
    reason: `out because ${said.join(", and ")}`,
    remedy: `if they have not left: ${forget}the source creates it again`,
    sources,
  };
}
