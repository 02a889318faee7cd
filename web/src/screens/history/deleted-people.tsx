import type { ReactNode } from "react";
import { useAnswer } from "../../base/queries.ts";
import { Link } from "../../parts/link.tsx";
import { Loading, Problem } from "../../parts/states.tsx";
import { Table } from "../../parts/table.tsx";
import { Foreign, When } from "../../parts/text.tsx";
import { useWords } from "../../words/words.ts";

/** Deleted people with such a name, each with a link to the person's history. */
export function DeletedPeople({ name }: { readonly name: string }): ReactNode {
  const { t } = useWords();
  const { data, error } = useAnswer("GET /api/history/deleted", { query: { q: name, count: 50 } });
  if (!data) return error ? <Problem error={error} /> : <Loading />;
  return (
    <section>
      <h2>{t("deleted.title")}</h2>
      {data.people.length === 0 ? (
        <p>{t("deleted.none")}</p>
      ) : (
        <Table caption={t("deleted.title")} captionHidden heads={[t("column.name"), t("deleted.at")]}>
          {data.people.map(({ id, displayName, userName, at, event }) => (
            <tr key={event}>
              <th scope="row">
                <Link href={`/history?filter=${encodeURIComponent(`subject eq "${id}"`)}`}>
                  <Foreign text={displayName ?? userName ?? id} />
                </Link>{" "}
                <span className="quiet">
                  <Foreign text={displayName === undefined ? "" : (userName ?? "")} />
                </span>
              </th>
              <td>
                <When at={at} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      {data.complete ? null : <p>{t("deleted.more")}</p>}
    </section>
  );
}
