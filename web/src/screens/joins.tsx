import type { ReactNode } from "react";
import { ApiError } from "../base/api.ts";
import { useOrder } from "../base/queries.ts";
import { may } from "../base/rights.ts";
import type { Join, Session } from "../generated/api.ts";
import { EntityName } from "../parts/entity-name.tsx";
import { SignInAgain } from "../parts/sign-in-form.tsx";
import { Problem } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { Foreign } from "../parts/text.tsx";
import { useWords } from "../words/words.ts";

/** Records that may be somebody of another source, to be decided. */
export function Joins({ joins, session }: { readonly joins: readonly Join[]; readonly session: Session }): ReactNode {
  const { t } = useWords();
  const accept = useOrder("POST /api/joins/{id}/accept");
  const refuse = useOrder("POST /api/joins/{id}/refuse");
  const acts = may(session, "approve");
  const busy = accept.isPending || refuse.isPending;
  const error = accept.error ?? refuse.error;
  const isLate = error instanceof ApiError && error.code === "SIGN_IN_AGAIN";
  const again = () => {
    accept.reset();
    refuse.reset();
  };
  return (
    <>
      {isLate ? <SignInAgain onDone={again} /> : <Problem error={error} />}
      <Table
        caption={t("joins.title")}
        captionHidden
        heads={[t("joins.record"), t("joins.person"), t("adoptions.equal"), ...(acts ? [t("adoptions.decide")] : [])]}
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
            {acts ? (
              <td className="buttons">
                <button type="button" disabled={busy} onClick={() => accept.mutate({ path: { id } })}>
                  {t("button.same")}
                </button>
                <button type="button" disabled={busy} onClick={() => refuse.mutate({ path: { id } })}>
                  {t("button.different")}
                </button>
              </td>
            ) : null}
          </tr>
        ))}
      </Table>
    </>
  );
}
