import type { ReactNode } from "react";
import { go, useAddress, withQuery } from "../../base/address.ts";
import { useAnswer } from "../../base/queries.ts";
import type { MappedPerson } from "../../generated/api.ts";
import { Search } from "../../parts/fields/search.tsx";
import { Link } from "../../parts/link.tsx";
import { Loading, Problem } from "../../parts/states.tsx";
import { Table } from "../../parts/table.tsx";
import { Foreign, Value } from "../../parts/text.tsx";
import { useWords } from "../../words/words.ts";

/** The result of the mapping for one person. The address has the person's id. */
export function Bench(): ReactNode {
  const { t } = useWords();
  const address = useAddress();
  const person = address.query.get("person") ?? "";
  const q = address.query.get("q") ?? "";
  const found = useAnswer(
    "GET /api/sync/items",
    { query: { kind: "user", q, count: 5 } },
    { enabled: person === "" && q !== "" },
  );
  return (
    <section>
      <h2>{t("mapping.bench")}</h2>
      {person === "" ? (
        <>
          <div className="filters">
            <Search
              label={t("mapping.whom")}
              hint={t("people.searchHint")}
              value={q}
              onChange={(text) => go(withQuery(address, { q: text }), { replace: true })}
            />
          </div>
          <Problem error={found.error} />
          {q === "" ? null : found.data?.items.length === 0 ? <p>{t("people.noneFound")}</p> : null}
          <ul className="rows">
            {q === ""
              ? null
              : found.data?.items.map(({ id, name, userName }) => (
                  <li key={id}>
                    <Link href={withQuery(address, { person: id, q: undefined })}>
                      <Foreign text={name ?? id} />
                    </Link>{" "}
                    <span className="quiet">
                      <Foreign text={userName ?? ""} />
                    </span>
                  </li>
                ))}
          </ul>
        </>
      ) : (
        <Through id={person} another={withQuery(address, { person: undefined })} />
      )}
    </section>
  );
}

function Through({ id, another }: { readonly id: string; readonly another: string }): ReactNode {
  const { t } = useWords();
  const { data, error } = useAnswer("GET /api/mapping/people/{id}", { path: { id } });
  const who = useAnswer("GET /api/users/{id}", { path: { id } });
  const name = who.data && "item" in who.data ? who.data.item.name : undefined;
  return (
    <>
      <p>
        <Link href={`/people/${id}`}>
          <Foreign text={name ?? id} />
        </Link>{" "}
        · <Link href={another}>{t("mapping.another")}</Link>
      </p>
      <Problem error={error} />
      {data || error ? null : <Loading />}
      {data?.masked ? <p className="quiet">{t("mapping.masked")}</p> : null}
      {data ? (
        <Table
          caption={t("mapping.bench")}
          captionHidden
          heads={[t("column.attribute"), t("mapping.read"), t("mapping.rule"), t("mapping.result")]}
        >
          {data.explanations.map((each) => (
            <Row key={each.attribute} explanation={each} masked={data.masked} />
          ))}
        </Table>
      ) : null}
    </>
  );
}

interface RowProps {
  readonly explanation: MappedPerson["explanations"][number];
  readonly masked: boolean;
}

function Row({
  explanation: { attribute, sources, rule, result, set, when, note },
  masked,
}: RowProps): ReactNode {
  const { t } = useWords();
  const read = sources.filter(({ value }) => masked || (value !== null && value !== ""));
  return (
    <tr>
      <th scope="row">
        <code>{attribute}</code>
      </th>
      <td data-head={t("mapping.read")}>
        {read.length === 0 ? <span className="quiet">–</span> : null}
        {read.map(({ path, value }) => (
          <div key={path}>
            <code className="quiet">{path}</code>{" "}
            {masked ? null : <Value attribute={attribute} value={value} />}
          </div>
        ))}
      </td>
      <td data-head={t("mapping.rule")}>
        <code>{rule}</code>
      </td>
      <td data-head={t("mapping.result")}>
        {!set ? (
          <span className="quiet">{t("mapping.leftAlone")}</span>
        ) : masked ? (
          <span className="quiet">{t("mapping.isSet")}</span>
        ) : (
          <Value attribute={attribute} value={result} />
        )}
        {set && when !== "always" ? <div className="quiet">{t(`mappingWhen.${when}`)}</div> : null}
        {note === undefined ? null : (
          <div className="quiet" lang="en">
            {note}
          </div>
        )}
      </td>
    </tr>
  );
}
