import type { ReactNode } from "react";
import { useAnswer } from "../../base/queries.ts";
import { may } from "../../base/rights.ts";
import type { Answers, Session, SyncStatus } from "../../generated/api.ts";
import { Copied } from "../../parts/copied.tsx";
import { Link } from "../../parts/link.tsx";
import { Loading, Problem } from "../../parts/states.tsx";
import { Table } from "../../parts/table.tsx";
import { Foreign, When } from "../../parts/text.tsx";
import { PERMISSIONS } from "../../words/permissions.ts";
import { useReasons } from "../../words/reasons.ts";
import { useWords } from "../../words/words.ts";
import { Refusals } from "./refusals.tsx";

export function Connections({ session }: { readonly session: Session }): ReactNode {
  const { t } = useWords();
  const { data, error } = useAnswer("GET /api/sources", {}, { live: true });
  const { data: status } = useAnswer("GET /api/sync/status", {}, { live: true });
  if (!data) return error ? <Problem error={error} /> : <Loading />;
  const { connect, sources, setup } = data;
  return (
    <>
      <section>
        <h2>{t("sources.title")}</h2>
        <Table
          caption={t("sources.title")}
          captionHidden
          heads={[
            t("column.name"),
            t("sources.kind"),
            t("sources.last"),
            t("sources.hour"),
            t("sources.day"),
          ]}
        >
          {sources.map(({ id, name, kind, lastRequestAt, traffic }) => (
            <tr key={id}>
              <th scope="row">
                <Foreign text={name} />
              </th>
              <td translate="no">{kind}</td>
              <td>{lastRequestAt ? <When at={lastRequestAt} /> : t("sources.silent")}</td>
              <td data-head={t("sources.hour")}>
                <Requests {...traffic.lastHour} />
              </td>
              <td data-head={t("sources.day")}>
                <Requests {...traffic.lastDay} />
              </td>
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
          <Step done={setup.token}>
            {t("step.token")}{" "}
            {may(session, "administer") ? <Link href="/access">{t("nav.access")}</Link> : null}
          </Step>
          <Step done={setup.request}>{t("step.request")}</Step>
          <Step done={setup.person}>{t("step.person")}</Step>
          <Step done={setup.group}>{t("step.group")}</Step>
          <Step done={(status?.people.inSync ?? 0) > 0}>{t("step.inStep")}</Step>
        </ol>
      </section>
      {session.scopes.includes("history:read") ? <Refusals /> : null}
      {status ? <DingTalk status={status} /> : null}
    </>
  );
}

type Traffic = Answers["GET /api/sources"]["sources"][number]["traffic"]["lastHour"];

/** The number of requests, and of those without success, which are not told by colour alone. */
function Requests({ requests, refused, failed }: Traffic): ReactNode {
  const { t, number } = useWords();
  return (
    <>
      {number(requests)}
      {refused > 0 ? (
        <>
          {" "}
          <span className="chip state-waiting">
            {number(refused)} {t("sources.refused")}
          </span>
        </>
      ) : null}
      {failed > 0 ? (
        <>
          {" "}
          <span className="chip state-held">
            ! {number(failed)} {t("sources.failed")}
          </span>
        </>
      ) : null}
    </>
  );
}

function Step({ done, children }: { readonly done: boolean; readonly children: ReactNode }): ReactNode {
  const { t } = useWords();
  return (
    <li>
      <span aria-hidden="true">{done ? "☑" : "☐"}</span> {children}{" "}
      <span className="quiet">{t(done ? "step.done" : "step.open")}</span>
    </li>
  );
}

type Problems = SyncStatus["processes"][number]["problems"];

function DingTalk({
  status: { sandbox, targetPause, processes, listening },
}: {
  readonly status: SyncStatus;
}): ReactNode {
  const { t } = useWords();
  const worded = useReasons();
  const problems = [
    ...new Map(
      [...processes.flatMap((each) => each.problems), ...(targetPause?.problems ?? [])].map((problem) => [
        problem.code,
        problem,
      ]),
    ).values(),
  ];
  return (
    <section>
      <h2>{t("dingtalk.title")}</h2>
      <p>{sandbox === null ? t("dingtalk.real") : t("banner.sandbox")}</p>
      {processes.length === 0 ? <p className="problem">{t("dingtalk.noProcess")}</p> : null}
      {targetPause ? (
        <p className="problem">
          {targetPause.problems.length > 0
            ? t("banner.notReady", { count: targetPause.problems.length })
            : worded(targetPause).title}{" "}
          <When at={targetPause.until} />
        </p>
      ) : null}
      {problems.length === 0 && !targetPause && processes.length > 0 ? <p>✓ {t("dingtalk.well")}</p> : null}
      <ul className="cards">
        {problems.map((problem) => (
          <CheckProblem key={problem.code} problem={problem} />
        ))}
      </ul>
      <ListeningFacts listening={listening} />
      <Permissions known={processes.length > 0} problems={problems.map(({ code }) => code)} />
    </section>
  );
}

/**
 * A problem in the language of the page. The check's own text is in English and more precise, with numbers
 * and ids.
 */
function CheckProblem({
  problem: { code, reasonCode, text, remedy },
}: {
  readonly problem: Problems[number];
}): ReactNode {
  const { language } = useWords();
  const { title, remedy: ours, lang } = useReasons()({ reason: text, ...(reasonCode ? { reasonCode } : {}) });
  const isTheirs = language === "en" || lang !== undefined;
  return (
    <li>
      <h3 lang={isTheirs ? "en" : undefined}>{isTheirs ? text : title}</h3>
      <p lang={isTheirs ? "en" : undefined}>{isTheirs ? remedy : ours}</p>
      {isTheirs ? null : (
        <p className="quiet" lang="en">
          {text}: {remedy}
        </p>
      )}
      <code>{code}</code>
    </li>
  );
}

/** The state of the connection for events of DingTalk, and the share of changes that it reports. */
function ListeningFacts({ listening }: Pick<SyncStatus, "listening">): ReactNode {
  const { t, number } = useWords();
  if (!listening) return <p>{t("listening.off")}</p>;
  const { state, since, failures, reason, lastEventAt, heard, missed } = listening;
  return (
    <>
      <p className={state === "disconnected" ? "problem" : ""}>
        {state === "listening" ? "✓ " : ""}
        {t(`listening.${state}`)} {reason ? <code>{reason}</code> : null}
      </p>
      <dl className="facts">
        <dt>{t("listening.since")}</dt>
        <dd>
          <When at={since} />
        </dd>
        {lastEventAt ? (
          <>
            <dt>{t("listening.lastEvent")}</dt>
            <dd>
              <When at={lastEventAt} />
            </dd>
          </>
        ) : null}
        {failures > 0 ? (
          <>
            <dt>{t("listening.failures")}</dt>
            <dd>{number(failures)}</dd>
          </>
        ) : null}
        <dt>{t("listening.heard")}</dt>
        <dd>{number(heard)}</dd>
        <dt>{t("listening.missed")}</dt>
        <dd>{number(missed)}</dd>
      </dl>
    </>
  );
}

/** The permissions, each with its name in the console of DingTalk and its state. */
function Permissions({
  known,
  problems,
}: {
  readonly known: boolean;
  readonly problems: readonly string[];
}): ReactNode {
  const { t, language } = useWords();
  const codes = PERMISSIONS.map(({ code }) => code);
  // If there is another problem, such as wrong credentials, the check has not tried each permission.
  const asked = known && problems.every((code) => codes.includes(code));
  const stateOf = (code: string) => (problems.includes(code) ? "missing" : asked ? "granted" : "unknown");
  return (
    <Table
      caption={t("permission.title")}
      heads={[t("permission.name"), t("permission.code"), t("permission.state")]}
    >
      {PERMISSIONS.map(({ code, console, english }) => (
        <tr key={code}>
          <th scope="row">
            <span lang="zh-Hans-CN" translate="no">
              {console}
            </span>{" "}
            {language === "en" ? (
              <span className="quiet" translate="no">
                {english}
              </span>
            ) : null}
          </th>
          <td data-head={t("permission.code")}>
            <code className="long">{code}</code>
          </td>
          <td data-head={t("permission.state")}>
            <span aria-hidden="true">{SIGNS[stateOf(code)]}</span> {t(`permission.${stateOf(code)}`)}
          </td>
        </tr>
      ))}
    </Table>
  );
}

const SIGNS = { granted: "✓", missing: "✗", unknown: "?" } as const;
