import type { ReactNode } from "react";
import { useAddress, withQuery } from "../../base/address.ts";
import { useAnswer } from "../../base/queries.ts";
import type { Leavers as LeaversAnswer } from "../../generated/api.ts";
import { bounds, PeriodFields, usePeriod } from "../../parts/fields/period.tsx";
import { Link } from "../../parts/link.tsx";
import { Empty, Loading, Problem } from "../../parts/states.tsx";
import { Table } from "../../parts/table.tsx";
import { When } from "../../parts/text.tsx";
import { useWords } from "../../words/words.ts";
import { ReportTabs } from "./report-tabs.tsx";

const DAYS = 30;
/** Limit of the rows. The evidence pack of the period has all of them. */
const MOST = 500;

type Leaver = LeaversAnswer["leavers"][number];
const VERDICTS = ["inTime", "late", "open", "returned", "neverThere"] as const;
type Verdict = (typeof VERDICTS)[number];

/** `late` takes precedence over the other states, such as `open`. */
const verdictOf = ({ inTime, state }: Leaver): Verdict =>
  inTime === true ? "inTime" : inTime === false ? "late" : state === "out" ? "inTime" : state;

const SIGNS: Readonly<Record<Verdict, string>> = {
  inTime: "✓",
  late: "!",
  open: "…",
  returned: "↺",
  neverThere: "–",
};
const LOOKS: Readonly<Record<Verdict, string>> = {
  inTime: "state-inSync",
  late: "state-parked",
  open: "state-due",
  returned: "state-waiting",
  neverThere: "state-waiting",
};

/** The people who left in a period, and whether they lost their access in time. */
export function Leavers(): ReactNode {
  const { t } = useWords();
  const days = usePeriod(DAYS);
  const period = bounds(days);
  const { data, error } = useAnswer(
    "GET /api/leavers",
    { query: period ?? {} },
    { enabled: period !== undefined },
  );
  return (
    <>
      <ReportTabs />
      <p>{t("leavers.text")}</p>
      <div className="filters">
        <PeriodFields {...days} />
      </div>
      {period ? null : <p>{t("period.wrong")}</p>}
      <Problem error={error} />
      {data ? <List answer={data} /> : error || !period ? null : <Loading />}
    </>
  );
}

function List({ answer: { leavers, limitMinutes } }: { readonly answer: LeaversAnswer }): ReactNode {
  const { t, duration, number } = useWords();
  const address = useAddress();
  const only = VERDICTS.find((each) => each === address.query.get("only"));
  if (leavers.length === 0)
    return (
      <Empty>
        <p>{t("leavers.none")}</p>
        <Link href={`/history?filter=${encodeURIComponent('code eq "user.deactivated"')}`}>
          {t("leavers.everBefore")}
        </Link>
      </Empty>
    );
  const shown = only === undefined ? leavers : leavers.filter((each) => verdictOf(each) === only);
  const judged = leavers.filter(({ inTime }) => inTime !== null).length;
  const inTime = leavers.filter((each) => each.inTime === true).length;
  return (
    <>
      <p className="sentence">
        {t("leavers.sentence", { inTime, judged, limit: duration(limitMinutes * 60) })}
      </p>
      <ul className="chips" aria-label={t("leavers.verdicts")}>
        {[undefined, ...VERDICTS].map((each) => (
          <li key={each ?? "all"}>
            <Link href={withQuery(address, { only: each })} current={each === only}>
              {each === undefined ? (
                <span className="chip">{t("people.anyState")}</span>
              ) : (
                <VerdictChip verdict={each} />
              )}{" "}
              {number(
                each === undefined
                  ? leavers.length
                  : leavers.filter((leaver) => verdictOf(leaver) === each).length,
              )}
            </Link>
          </li>
        ))}
      </ul>
      {shown.length === 0 ? (
        <p>{t("leavers.noneOfThese")}</p>
      ) : (
        <Table
          caption={t("leavers.title")}
          captionHidden
          heads={[
            t("leavers.received"),
            t("kind.user"),
            t("leavers.verdict"),
            t("leavers.minutes"),
            t("leavers.answered"),
          ]}
        >
          {shown.slice(0, MOST).map((leaver) => (
            <Row key={leaver.event} leaver={leaver} />
          ))}
        </Table>
      )}
      {shown.length > MOST ? <p>{t("leavers.more", { shown: MOST })}</p> : null}
    </>
  );
}

function VerdictChip({ verdict }: { readonly verdict: Verdict }): ReactNode {
  const { t } = useWords();
  return (
    <span className={`chip ${LOOKS[verdict]}`}>
      <span aria-hidden="true">{SIGNS[verdict]}</span> {t(`leaver.${verdict}`)}
    </span>
  );
}

function Row({ leaver }: { readonly leaver: Leaver }): ReactNode {
  const { t, number } = useWords();
  const { id, event, received, answered, minutes } = leaver;
  return (
    <tr>
      <td>
        <Link href={`/history/${event}`}>
          <When at={received} />
        </Link>
      </td>
      <th scope="row">
        <Link href={`/history?filter=${encodeURIComponent(`subject eq "${id}"`)}`}>
          <code>{id}</code>
        </Link>
      </th>
      <td>
        <VerdictChip verdict={verdictOf(leaver)} />
      </td>
      <td data-head={t("leavers.minutes")}>{minutes === null ? "–" : number(minutes)}</td>
      <td data-head={t("leavers.answered")}>{answered === null ? "–" : <When at={answered} />}</td>
    </tr>
  );
}
