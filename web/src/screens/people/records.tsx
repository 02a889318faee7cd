import { type ReactNode, useState } from "react";
import { useOrder } from "../../base/queries.ts";
import { may } from "../../base/rights.ts";
import type { Person, Session } from "../../generated/api.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { Table } from "../../parts/table.tsx";
import { Foreign, Value, When } from "../../parts/text.tsx";
import { useReasons } from "../../words/reasons.ts";
import { useWords } from "../../words/words.ts";

/** The records of a person with several records: where their sources differ, and buttons to separate them. */
export function Records({
  person,
  session,
}: {
  readonly person: Person;
  readonly session: Session;
}): ReactNode {
  const { t } = useWords();
  const [leaving, setLeaving] = useState<string>();
  const { records = [], conflicts = [], item } = person;
  if (records.length === 0) return null;
  return (
    <section>
      <h2>{t("records.title")}</h2>
      <p>{t("records.text")}</p>
      <Out person={person} session={session} />
      <ul className="cards">
        {records.map(({ id, source, active }) => (
          <li key={id}>
            <h3>
              <Foreign text={source} />
            </h3>
            <p>
              {active ? null : <span className="chip">{t("records.inactive")}</span>} <code>{id}</code>
            </p>
            {may(session, "approve") && records.length > 1 && id !== item.id ? (
              <button type="button" onClick={() => setLeaving(id)}>
                {t("button.separate")}
              </button>
            ) : null}
          </li>
        ))}
      </ul>
      {conflicts.length > 0 ? (
        <Table
          caption={t("records.conflicts")}
          heads={[t("column.attribute"), t("records.counts"), t("records.others")]}
        >
          {conflicts.map(({ attribute, values: [first, ...others] }) => (
            <tr key={attribute}>
              <th scope="row">
                <code>{attribute}</code>
              </th>
              <td data-head={t("records.counts")}>
                {first ? <Said source={first.source} value={first.value} masked={person.masked} /> : null}
              </td>
              <td data-head={t("records.others")}>
                {others.map(({ source, record, value }) => (
                  <Said key={record} source={source} value={value} masked={person.masked} />
                ))}
              </td>
            </tr>
          ))}
        </Table>
      ) : null}
      {leaving ? (
        <SeparateDialog id={leaving} name={item.name ?? item.id} onClose={() => setLeaving(undefined)} />
      ) : null}
    </section>
  );
}

function Said({
  source,
  value,
  masked,
}: {
  readonly source: string;
  readonly value: unknown;
  readonly masked: boolean;
}): ReactNode {
  return (
    <div>
      <span className="quiet">
        <Foreign text={source} />
      </span>{" "}
      {masked ? null : <Value attribute="" value={value} />}
    </div>
  );
}

/** Shown if the person is out only because a source has deleted its record. */
function Out({
  person: { out, item },
  session,
}: {
  readonly person: Person;
  readonly session: Session;
}): ReactNode {
  const { t } = useWords();
  const reasonOf = useReasons();
  const [forgetting, setForgetting] = useState(false);
  if (!out) return null;
  const { title, remedy, lang } = reasonOf(out);
  return (
    <>
      <p>
        {title}:{" "}
        {out.sources.map(({ source, at }) => (
          <span key={source}>
            <Foreign text={source} /> {at ? <When at={at} /> : null}{" "}
          </span>
        ))}
        <code>{out.reasonCode}</code>
      </p>
      <p lang={lang}>{remedy}</p>
      {may(session, "approve") ? (
        <button type="button" onClick={() => setForgetting(true)}>
          {t("button.forget")}
        </button>
      ) : null}
      {forgetting ? (
        <ForgetDialog id={item.id} name={item.name ?? item.id} onClose={() => setForgetting(false)} />
      ) : null}
    </>
  );
}

interface DecisionProps {
  readonly id: string;
  readonly name: string;
  readonly onClose: () => void;
}

function SeparateDialog({ id, name, onClose }: DecisionProps): ReactNode {
  const { t } = useWords();
  const separate = useOrder("POST /api/joins/records/{id}/separate");
  return (
    <Dialog
      title={t("separate.title")}
      act={t("button.separate")}
      busy={separate.isPending}
      onAct={() => separate.mutate({ path: { id } }, { onSuccess: onClose })}
      onClose={onClose}
      order={separate}
    >
      <p>
        <Foreign text={name} /> <code>{id}</code>
      </p>
      <p>{t("separate.text")}</p>
    </Dialog>
  );
}

function ForgetDialog({ id, name, onClose }: DecisionProps): ReactNode {
  const { t } = useWords();
  const forget = useOrder("POST /api/joins/people/{id}/forget");
  return (
    <Dialog
      title={t("forget.title")}
      act={t("button.forget")}
      busy={forget.isPending}
      onAct={() => forget.mutate({ path: { id } }, { onSuccess: onClose })}
      onClose={onClose}
      order={forget}
    >
      <p>
        <Foreign text={name} /> <code>{id}</code>
      </p>
      <p>{t("forget.text")}</p>
    </Dialog>
  );
}
