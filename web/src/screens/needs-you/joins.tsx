import type { ReactNode } from "react";
import { useOrder } from "../../base/queries.ts";
import { may } from "../../base/rights.ts";
import type { Join, Session } from "../../generated/api.ts";
import { EntityName } from "../../parts/entity-name.tsx";
import { RefusedDecision, SameOrDifferent } from "../../parts/same-or-different.tsx";
import { Table } from "../../parts/table.tsx";
import { Foreign } from "../../parts/text.tsx";
import { useWords } from "../../words/words.ts";

/** Records that may be the same person as in another source. An operator decides. */
export function Joins({
  joins,
  session,
}: {
  readonly joins: readonly Join[];
  readonly session: Session;
}): ReactNode {
  const { t } = useWords();
  const decisions = {
    same: useOrder("POST /api/joins/{id}/accept"),
    different: useOrder("POST /api/joins/{id}/refuse"),
  };
  const acts = may(session, "approve");
  return (
    <>
      <RefusedDecision {...decisions} />
      <Table
        caption={t("joins.title")}
        captionHidden
        heads={[
          t("joins.record"),
          t("joins.person"),
          t("adoptions.equal"),
          ...(acts ? [t("adoptions.decide")] : []),
        ]}
      >
        {joins.map(({ id, record, person, matched }) => (
          <tr key={id}>
            <th scope="row">
              {record ? (
                <>
                  <EntityName kind="user" id={record.id} name={record.name} />{" "}
                  <span className="quiet">
                    <Foreign text={record.source} />
                  </span>
                </>
              ) : null}
            </th>
            <td>
              <EntityName kind="user" id={person.id} name={person.name} />{" "}
              {person.records.map((each) => (
                <span key={each.id} className="quiet">
                  <Foreign text={each.source} />{" "}
                </span>
              ))}
            </td>
            <td>
              <code>{matched.join(", ")}</code>
            </td>
            {acts ? <SameOrDifferent id={id} {...decisions} /> : null}
          </tr>
        ))}
      </Table>
    </>
  );
}
