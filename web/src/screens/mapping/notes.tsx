import type { ReactNode } from "react";
import { useAnswer } from "../../base/queries.ts";
import { Link } from "../../parts/link.tsx";
import { Loading, Problem } from "../../parts/states.tsx";
import { Table } from "../../parts/table.tsx";
import { type Key, useWords } from "../../words/words.ts";

const PEOPLE = 500;

/** Notes about values that rules could not make, and the number of people with a value for each attribute. */
export function Notes(): ReactNode {
  const { t, has, number } = useWords();
  const { data, error } = useAnswer("GET /api/mapping/trial", { query: { people: PEOPLE } });
  return (
    <section>
      <h2>{t("mapping.trial")}</h2>
      <Problem error={error} />
      {data || error ? null : <Loading />}
      {data ? <p>{t("mapping.tried", { count: data.people })}</p> : null}
      {data && data.people > 0 ? (
        data.notes.length === 0 ? (
          <p>{t("mapping.noNotes")}</p>
        ) : (
          <Table
            caption={t("mapping.notes")}
            heads={[t("column.attribute"), t("mapping.note"), t("mapping.people"), t("mapping.example")]}
          >
            {data.notes.map(({ attribute, code, text, count, example }) => (
              <tr key={`${attribute} ${code}`}>
                <th scope="row">
                  <code>{attribute}</code>
                </th>
                <td>
                  {/* The condition proves the cast. */}
                  {has(`mappingNote.${code}`) ? (
                    t(`mappingNote.${code}` as Key)
                  ) : (
                    <span lang="en">{text}</span>
                  )}{" "}
                  <code className="quiet">{code}</code>
                </td>
                <td>{number(count)}</td>
                <td>
                  <Link href={`/mapping?person=${example}`}>{t("mapping.look")}</Link>
                </td>
              </tr>
            ))}
          </Table>
        )
      ) : null}
      {data && data.people > 0 ? (
        <details>
          <summary>{t("mapping.values")}</summary>
          <Table
            caption={t("mapping.values")}
            captionHidden
            heads={[t("column.attribute"), t("mapping.people")]}
          >
            {Object.entries(data.values).map(([attribute, count]) => (
              <tr key={attribute}>
                <th scope="row">
                  <code>{attribute}</code>
                </th>
                <td>{number(count)}</td>
              </tr>
            ))}
          </Table>
        </details>
      ) : null}
    </section>
  );
}
