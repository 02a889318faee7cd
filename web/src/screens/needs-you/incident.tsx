import type { ReactNode } from "react";
import { useAnswer, useOrder } from "../../base/queries.ts";
import { may } from "../../base/rights.ts";
import type { Incident, Session } from "../../generated/api.ts";
import { Link } from "../../parts/link.tsx";
import { Loading, Problem } from "../../parts/states.tsx";
import { Foreign, When } from "../../parts/text.tsx";
import { useWords } from "../../words/words.ts";

/** One incident: the problem, its time, the remedy and the messages. The link in its messages leads here. */
export function IncidentScreen({
  id,
  session,
}: {
  readonly id: string;
  readonly session: Session;
}): ReactNode {
  const { t, language } = useWords();
  const { data: incident, error } = useAnswer(
    "GET /api/incidents/{id}",
    { path: { id }, query: { lang: language } },
    { live: true },
  );
  const acknowledge = useOrder("POST /api/incidents/{id}/acknowledge");
  if (!incident) return error ? <Problem error={error} /> : <Loading />;
  return (
    <>
      <p className="sentence">
        <Foreign text={incident.title} />
      </p>
      <p>
        <Foreign text={incident.remedy} />
      </p>
      <Facts incident={incident} />
      {incident.state === "open" && may(session, "operate") ? (
        <p>
          <button
            type="button"
            disabled={acknowledge.isPending}
            onClick={() => acknowledge.mutate({ path: { id } })}
          >
            {t("button.acknowledge")}
          </button>
        </p>
      ) : null}
      <Problem error={acknowledge.error} />
      <p>
        <Link href="/needs-you">{t("nav.needsYou")}</Link>
      </p>
      {incident.deliveries.length > 0 ? (
        <Deliveries incident={incident} />
      ) : (
        <p className="quiet">{t("incident.nobodyTold")}</p>
      )}
    </>
  );
}

function Facts({ incident }: { readonly incident: Incident }): ReactNode {
  const { t } = useWords();
  const { state, code, openedAt, closedAt, acknowledged } = incident;
  return (
    <dl className="facts">
      <dt>{t("column.state")}</dt>
      <dd>{t(`incident.${state}`)}</dd>
      <dt>{t("column.reason")}</dt>
      <dd>
        <code>{code}</code>
      </dd>
      <dt>{t("hold.opened")}</dt>
      <dd>
        <When at={openedAt} />
      </dd>
      {acknowledged ? (
        <>
          <dt>{t("incident.acknowledged")}</dt>
          <dd>
            <When at={acknowledged.at} /> <code>{acknowledged.by}</code>
          </dd>
        </>
      ) : null}
      {closedAt ? (
        <>
          <dt>{t("incident.closed")}</dt>
          <dd>
            <When at={closedAt} />
          </dd>
        </>
      ) : null}
    </dl>
  );
}

function Deliveries({ incident }: { readonly incident: Incident }): ReactNode {
  const { t } = useWords();
  return (
    <section>
      <h2>{t("incident.told")}</h2>
      <ul className="cards">
        {incident.deliveries.map(({ id, channel, message, state, attempts, createdAt }) => (
          <li key={id}>
            <p>
              {t(`channel.${channel}`)}: {t(`message.${message}`)}, {t(`delivery.${state}`)}
              {attempts > 1 ? (
                <span className="quiet"> {t("incident.attempts", { count: attempts })}</span>
              ) : null}
            </p>
            <p>
              <When at={createdAt} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
