import type { ReactNode } from "react";
import { useAnswer } from "../base/queries.ts";
import type { Kpis, SyncStatus } from "../generated/api.ts";
import { LatencyChart } from "../parts/charts/latency-chart.tsx";
import { Link } from "../parts/link.tsx";
import { Empty, Loading, Problem } from "../parts/states.tsx";
import { Foreign, When } from "../parts/text.tsx";
import { useWords } from "../words/words.ts";

export function Overview(): ReactNode {
  const { t } = useWords();
  const { data: status, error } = useAnswer("GET /api/sync/status", {}, { live: true });
  const { data: kpis } = useAnswer("GET /api/kpis", { query: { weeks: 1 } }, { live: true });
  if (error && !status) return <Problem error={error} />;
  if (!status) return <Loading />;
  return (
    <>
      <Sentence status={status} />
      <Problem error={error} />
      {status.people.total === 0 ? <NobodyYet /> : null}
      <Figures status={status} kpis={kpis} />
      {kpis && kpis.day.latency.count > 0 ? (
        <LatencyChart
          caption={t("overview.latencyChart")}
          latency={kpis.day.latency}
          targetSeconds={kpis.targets.latencySeconds}
        />
      ) : null}
      <Sources />
    </>
  );
}

/** The sentence with the number of people in sync, and of those that need a decision. */
function Sentence({ status: { people, asOf } }: { readonly status: SyncStatus }): ReactNode {
  const { t } = useWords();
  return (
    <div className="sentence" role="status" aria-live="polite">
      <p>
        <Link href="/people?state=inSync">{t("overview.inStep", { count: people.inSync })}</Link>
        {t("overview.comma")}
        <Link href="/needs-you">{t("overview.needYou", { count: people.needsYou })}</Link>
        {t("overview.stop")}
      </p>
      <p className="quiet">
        {t("overview.asOf")} <When at={asOf} />
      </p>
    </div>
  );
}

function NobodyYet(): ReactNode {
  const { t } = useWords();
  return (
    <Empty>
      <p>{t("overview.nobody")}</p>
      <Link href="/connections">{t("overview.connect")}</Link>
    </Empty>
  );
}

function Figures({
  status,
  kpis,
}: {
  readonly status: SyncStatus;
  readonly kpis: Kpis | undefined;
}): ReactNode {
  const { t, number, percent, duration } = useWords();
  const lineSeconds = kpis?.targets.latencySeconds;
  const target = { target: lineSeconds === undefined ? "" : duration(lineSeconds) };
  const { states, oldestDue, latencyMs, holds, adoptions, accuracy, coverage, calls, replica } = status;
  const rateNote = (perSecond: number): string =>
    perSecond === 0
      ? t("overview.callsNoRate")
      : t("overview.callsNote", { second: perSecond, day: perSecond * 86_400 });
  return (
    <dl className="figures">
      <Figure
        name={t("overview.oldestDue")}
        href="/people?state=due"
        note={t("overview.oldestDueNote", { count: states.due + states.waiting })}
      >
        {oldestDue ? <When at={oldestDue} /> : t("overview.nothingDue")}
      </Figure>
      <Figure name={t("overview.holds")} href="/needs-you" note={t("overview.holdsNote")}>
        {number(holds.open)}
      </Figure>
      <Figure name={t("overview.stuck")} href="/needs-you" note={t("overview.stuckNote")}>
        {number(states.parked + states.held)}
      </Figure>
      <Figure name={t("overview.adoptions")} href="/needs-you" note={t("overview.adoptionsNote")}>
        {number(adoptions.proposed)}
      </Figure>
      <Figure
        name={t("overview.latency")}
        note={
          lineSeconds !== undefined && latencyMs && latencyMs.p95 > lineSeconds * 1_000
            ? t("overview.latencySlow", target)
            : t("overview.latencyNote", target)
        }
      >
        {latencyMs
          ? t("overview.seconds", { p50: seconds(latencyMs.p50), p95: seconds(latencyMs.p95) })
          : t("overview.noLatency")}
      </Figure>
      <Figure name={t("overview.accuracy")} note={t("overview.accuracyNote")}>
        {percent(accuracy)}
      </Figure>
      <Figure name={t("overview.coverage")} note={t("overview.coverageNote")}>
        {percent(coverage)}
      </Figure>
      <Figure name={t("overview.calls")} note={rateNote(calls.perSecondAndApi)}>
        {typeof kpis?.day.calls === "number"
          ? t("overview.callsDay", { count: kpis.day.calls })
          : number(calls.total)}
      </Figure>
      {replica ? (
        <Figure name={t("overview.replica")} note={t(`replica.${replica.state}`)}>
          {replica.lagSeconds === null
            ? t("replica.unknown")
            : t("replica.lag", { lag: duration(replica.lagSeconds) })}
        </Figure>
      ) : null}
    </dl>
  );
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

interface FigureProps {
  readonly name: string;
  readonly note: string;
  readonly href?: string;
  readonly children: ReactNode;
}

function Figure({ name, note, href, children }: FigureProps): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {href === undefined ? children : <Link href={href}>{children}</Link>}
        <span className="quiet">{note}</span>
      </dd>
    </div>
  );
}

function Sources(): ReactNode {
  const { t } = useWords();
  const { data, error } = useAnswer("GET /api/sources", {}, { live: true });
  return (
    <section>
      <h2>{t("sources.title")}</h2>
      <Problem error={error} />
      <ul className="rows">
        {data?.sources.map(({ id, name, kind, lastRequestAt }) => (
          <li key={id}>
            <strong>
              <Foreign text={name} />
            </strong>{" "}
            <span className="quiet" translate="no">
              {kind}
            </span>{" "}
            {lastRequestAt ? <When at={lastRequestAt} /> : <span>{t("sources.silent")}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
