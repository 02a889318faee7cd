import { type FormEvent, type ReactNode, useId, useState } from "react";
import { useOrder } from "../../base/queries.ts";
import type { MappingReplay, MappingToTry } from "../../generated/api.ts";
import { Link } from "../../parts/link.tsx";
import { Empty, Problem } from "../../parts/states.tsx";
import { Table } from "../../parts/table.tsx";
import { Foreign, When } from "../../parts/text.tsx";
import { useWords } from "../../words/words.ts";
import { Changes } from "../history/changes.tsx";
import { Mistakes } from "./mistakes.tsx";

const COUNTS = [20, 100, 500] as const;
type On = NonNullable<MappingToTry["on"]>;

/** A trial of a changed mapping file on people, before it is put on the server. */
export function Replay({ text: file }: { readonly text: string }): ReactNode {
  const { t, number } = useWords();
  const [textId, onId, countId] = [useId(), useId(), useId()];
  const [text, setText] = useState(file);
  const [on, setOn] = useState<On>("changes");
  const [count, setCount] = useState<number>(COUNTS[1]);
  const order = useOrder("POST /api/mapping/replay");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!order.isPending) order.mutate({ body: { text, on, count } });
  };
  return (
    <section>
      <h2>{t("replay.title")}</h2>
      <p>{t("replay.text")}</p>
      <form onSubmit={submit}>
        <div className="field">
          <label htmlFor={textId}>{t("replay.file")}</label>
          <textarea
            id={textId}
            rows={16}
            lang="en"
            translate="no"
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <div className="filters">
          <div className="field">
            <label htmlFor={onId}>{t("replay.on")}</label>
            <select id={onId} value={on} onChange={(event) => setOn(event.target.value as On)}>
              {(["changes", "people"] as const).map((each) => (
                <option key={each} value={each}>
                  {t(`replayOn.${each}`)}
                </option>
              ))}
            </select>
          </div>
          <div className="field">
            <label htmlFor={countId}>{t("replay.count")}</label>
            <select id={countId} value={count} onChange={(event) => setCount(Number(event.target.value))}>
              {COUNTS.map((each) => (
                <option key={each} value={each}>
                  {number(each)}
                </option>
              ))}
            </select>
          </div>
          <button type="submit" className="primary" disabled={order.isPending}>
            {order.isPending ? t("button.working") : t("replay.try")}
          </button>
          <button type="button" disabled={text === file} onClick={() => setText(file)}>
            {t("replay.reset")}
          </button>
        </div>
      </form>
      <Problem error={order.error} />
      <div aria-live="polite">{order.data ? <Outcome replay={order.data} /> : null}</div>
    </section>
  );
}

function Outcome({
  replay: { problems, people, complete, items, byAttribute, masked },
}: {
  readonly replay: MappingReplay;
}): ReactNode {
  const { t, number } = useWords();
  if (problems.length > 0) return <Mistakes problems={problems} text={t("replay.mistakes")} />;
  if (people === 0)
    return (
      <Empty>
        <p>{t("replay.nobody")}</p>
      </Empty>
    );
  return (
    <>
      <p>
        <strong>{t("replay.tried", { count: people, changed: items.length })}</strong>{" "}
        {complete ? null : t("replay.cut")} {masked ? t("mapping.masked") : null}
      </p>
      {items.length === 0 ? null : (
        <>
          <dl className="figures small">
            {Object.entries(byAttribute).map(([attribute, count]) => (
              <div key={attribute}>
                <dt>
                  <code>{attribute}</code>
                </dt>
                <dd>{number(count)}</dd>
              </div>
            ))}
          </dl>
          <Table
            caption={t("replay.results")}
            captionHidden
            heads={[t("column.name"), t("replay.cause"), t("replay.difference")]}
          >
            {items.map(({ id, name, cause, changes }) => (
              <tr key={id}>
                <th scope="row">
                  <Link href={`/people/${id}`}>
                    <Foreign text={name} />
                  </Link>
                </th>
                <td>
                  {cause ? (
                    <Link href={`/history/${cause.event}`}>
                      <When at={cause.at} />
                    </Link>
                  ) : (
                    "–"
                  )}
                </td>
                <td>
                  <Changes changes={changes} />
                </td>
              </tr>
            ))}
          </Table>
        </>
      )}
    </>
  );
}
