import type { ReactNode } from "react";
import { useAnswer } from "../base/queries.ts";
import type { SyncStatus } from "../generated/api.ts";
import { Copied } from "../parts/copied.tsx";
import { Loading, Problem } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { Foreign, When } from "../parts/text.tsx";
import { useReasons } from "../words/reasons.ts";
import { useWords } from "../words/words.ts";

export function Connections(): ReactNode {
  const { t } = useWords();
  const { data, error } = useAnswer("GET /api/sources", {}, { live: true });
  const { data: status } = useAnswer("GET /api/sync/status", {}, { live: true });
  if (!data) return error ? <Problem error={error} /> : <Loading />;
  const { connect, sources } = data;
  return (
    <>
      <section>
        <h2>{t("sources.title")}</h2>
        <Table caption={t("sources.title")} captionHidden heads={[t("column.name"), t("sources.kind"), t("sources.last")]}>
          {sources.map(({ id, name, kind, lastRequestAt }) => (
            <tr key={id}>
              <th scope="row">
                <Foreign text={name} />
              </th>
              <td translate="no">{kind}</td>
              <td>{lastRequestAt ? <When at={lastRequestAt} /> : t("sources.silent")}</td>
            </tr>
          ))}
        </Table>
      </section>
      <section>
        <h2>{t("connect.title")}</h2>
        <p>{t("connect.text")}</p>
        <dl className="facts">
          <Copied name={t("connect.tenantUrl")} value={connect.tenantUrl} />
          <Copied name={t("connect.token")} value='npx dingtalk-scim token create --name "Entra ID"' />
          <Copied name={t("connect.tokenEndpoint")} value={connect.tokenEndpoint} />
        </dl>
        <ol className="steps">
          <Step done={sources.some(({ lastRequestAt }) => lastRequestAt !== null)}>{t("step.request")}</Step>
          <Step done={(status?.people.total ?? 0) > 0}>{t("step.person")}</Step>
          <Step done={(status?.people.inSync ?? 0) > 0}>{t("step.inStep")}</Step>
        </ol>
      </section>
      {status ? <DingTalk status={status} /> : null}
    </>
  );
}

function Step({ done, children }: { readonly done: boolean; readonly children: ReactNode }): ReactNode {
  const { t } = useWords();
  return (
    <li>
      <span aria-hidden="true">{done ? "☑" : "☐"}</span> {children} <span className="quiet">{t(done ? "step.done" : "step.open")}</span>
    </li>
  );
}

function DingTalk({ status: { sandbox, targetPause, processes } }: { readonly status: SyncStatus }): ReactNode {
  const { t } = useWords();
  const worded = useReasons();
  const problems = [
    ...new Map(
      [...processes.flatMap((each) => each.problems), ...(targetPause?.problems ?? [])].map((problem) => [problem.code, problem]),
    ).values(),
  ];
  return (
    <section>
      <h2>{t("dingtalk.title")}</h2>
      <p>{sandbox === null ? t("dingtalk.real") : t("banner.sandbox")}</p>
      {processes.length === 0 ? <p className="problem">{t("dingtalk.noProcess")}</p> : null}
      {targetPause ? (
        <p className="problem">
          {targetPause.problems.length > 0 ? t("banner.notReady", { count: targetPause.problems.length }) : worded(targetPause).title}{" "}
          <When at={targetPause.until} />
        </p>
      ) : null}
      {problems.length === 0 && !targetPause && processes.length > 0 ? <p>✓ {t("dingtalk.well")}</p> : null}
      <ul className="cards">
        {problems.map(({ code, text, remedy }) => (
          <li key={code} lang="en">
            <h3>{text}</h3>
            <p>{remedy}</p>
            <code>{code}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}
