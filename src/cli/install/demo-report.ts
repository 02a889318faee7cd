import Table from "cli-table3";
import { total } from "../../demo/cycle/account.ts";
import { type DemoResult, problemsOf } from "../../demo/result.ts";
import { problemLines } from "../terminal/problem-lines.ts";
import { t } from "../words/translate.ts";

/** Widths of two columns that fit a terminal of 100 characters. */
const FACT_WIDTHS = [28, 68];

/** The result for people, as lines of tables. */
export function report(result: DemoResult): readonly string[] {
  const problems = problemsOf(result);
  return [
    ...(result.playedBefore
      ? [
          t(
            "An earlier demo played this company, so it stays unchanged. Another --seed plays another company.",
          ),
        ]
      : []),
    totals(result),
    cycles(result),
    facts(result),
    ...approvals(result),
    ...(result.earlier.length > 0
      ? [t`Differences from before the demo, not counted (--json lists them): ${result.earlier.length}.`]
      : []),
    t("Fewest calls: one for each person and each department that changed in DingTalk during the cycle."),
    ...problemLines(
      problems,
      t("0 differences: DingTalk matches the directory field by field, and the history contains every call."),
    ),
  ];
}

/**
 * The limits of the policy apply in the sandbox too. The demo approves the changes that it makes on purpose.
 */
const approvals = ({ cycles }: DemoResult): readonly string[] =>
  cycles.flatMap(({ name, approved }) =>
    approved.map(
      ({ limit, count, passed }) =>
        t`${t(name)}: the limit ${limit} allowed ${passed} changes and held ${count}. The demo approved them through the API, as an operator does.`,
    ),
  );

function totals({ people, departments, cycles }: DemoResult): string {
  const differences = cycles.flatMap((cycle) => cycle.differences);
  const ofDepartments = differences.filter(({ what }) => what.startsWith("department ")).length;
  return tableOf(
    ["", "directory", "DingTalk", "differences"],
    [
      [
        t("people"),
        t`${people.active} of ${people.directory} active`,
        people.dingtalk,
        differences.length - ofDepartments,
      ],
      [t("departments"), departments.directory, departments.dingtalk, ofDepartments],
    ],
  );
}

function cycles(result: DemoResult): string {
  return tableOf(
    ["cycle", "SCIM writes", "seconds", "DingTalk calls", "fewest", "differences"],
    result.cycles.map(({ name, writes, tookMs, calls, fewest, differences }) => [
      t(name),
      writes,
      (tookMs / 1_000).toFixed(1),
      calls,
      fewest,
      differences.length,
    ]),
  );
}

function facts({ lost, changedByRepeat, latencyMs, scimMs, account, interruptions }: DemoResult): string {
  const { arrived, sent, recorded, events, gaps } = account;
  const table = new Table({ colWidths: FACT_WIDTHS, wordWrap: true, style: PLAIN });
  table.push(
    [
      t("change → DingTalk equal"),
      latencyMs ? `p50 ${seconds(latencyMs.p50)}, p95 ${seconds(latencyMs.p95)}` : "–",
    ],
    [
      t("SCIM requests"),
      `${scimMs.requests}, p50 ${scimMs.p50.toFixed(1)} ms, p95 ${scimMs.p95.toFixed(1)} ms`,
    ],
    [t("acknowledged writes lost"), lost.length],
    [t("changed by the repetition"), changedByRepeat.length],
    [
      t("DingTalk calls"),
      arrived
        ? t`${total(sent)} sent, ${total(arrived)} arrived, ${total(recorded)} in the history`
        : t`${total(sent)} sent, the sandbox was restarted, ${total(recorded)} in the history`,
    ],
    [t("not accounted for"), gaps.length],
    [
      t("history events"),
      [...events]
        .sort()
        .map(([code, count]) => `${code} ${count}`)
        .join(", "),
    ],
  );
  if (interruptions.away + interruptions.throttled > 0) {
    table.push([
      t("requests repeated"),
      t`${interruptions.away} without an answer, ${interruptions.throttled} told to wait`,
    ]);
  }
  return table.toString();
}

function tableOf(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const table = new Table({
    head: head.map((name) => (name === "" ? "" : t(name))),
    style: PLAIN,
    colAligns: head.map((_, index) => (index === 0 ? "left" : "right")),
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

/** No colours: the result is often stored in files. */
const PLAIN = { head: [], border: [], compact: true };

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
