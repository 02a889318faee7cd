import type { PlanItem, PlanSummary } from "../../reconcile/compare/plan-items.ts";
import type { WholePlan } from "../../reconcile/compare/whole-plan.ts";
import type { SyncMode } from "../../reconcile/policy.ts";
import { withApp } from "../database/app.ts";
import { everyPage } from "../database/every-page.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { keepAlive } from "../terminal/keep-alive.ts";
import { print, printTable, say, warn } from "../terminal/output.ts";
import { withInterrupt } from "../terminal/signals.ts";
import { valueText } from "../terminal/value-text.ts";
import { codeIn, reasonIn } from "../words/reason.ts";
import { t } from "../words/translate.ts";

const PAGE = 500;

interface Options {
  readonly mode: SyncMode;
  readonly mapping?: string;
  readonly policy?: string;
  readonly json?: true;
}

/** The plan of everybody: a summary, then all items, page by page. */
export async function showWholePlan({ mode, mapping, policy, json }: Options): Promise<void> {
  await keepAlive(() =>
    withInterrupt((signal) =>
      withApp(
        async (app) => {
          const { wholePlan } = await import("../../compose/components.ts");
          const plan = await wholePlan(app, mode, signal);
          try {
            for (const { code, text, remedy } of plan.advice) {
              const [what, next] = reasonIn(code, { reason: text, remedy });
              warn(`${t("Note:")} ${what}\n  → ${next}`);
            }
            await (json ? printAsJson(plan) : printForPeople(plan, app.config.dingtalk.qps));
          } finally {
            await plan.close();
          }
        },
        {
          ...(mapping === undefined ? {} : { mappingFile: mapping }),
          ...(policy === undefined ? {} : { policyFile: policy }),
        },
      ),
    ),
  );
}

async function printAsJson({ summary, advice, items }: WholePlan): Promise<void> {
  print(`{"summary": ${JSON.stringify(summary)},\n "advice": ${JSON.stringify(advice)},\n "items": [`);
  let first = true;
  for await (const item of everyItem(items)) {
    print(`${first ? "  " : "  ,"}${JSON.stringify(item)}`);
    first = false;
  }
  print(" ]}");
  if (!first) foundProblems();
}

async function printForPeople({ summary, items }: WholePlan, perSecond: number): Promise<void> {
  if (actionsOf(summary) + summary.held === 0)
    return say(t("No differences: DingTalk matches the directory."));
  foundProblems();
  const { minutesFor } = await import("../../reconcile/compare/plan-items.ts");
  printTable(
    ["create", "update", "remove", "suspend", "resume", "held", "calls", "minutes"],
    [
      [
        ...[
          summary.create,
          summary.update,
          summary.remove,
          summary.suspend,
          summary.resume,
          summary.held,
          summary.calls,
        ].map(String),
        minutesFor(summary, perSecond).toFixed(1),
      ],
    ],
  );
  const attributes = Object.entries(summary.byAttribute).map(([name, count]) => [name, String(count)]);
  if (attributes.length > 0) printTable(["updated attribute", "entities"], attributes);
  for await (const item of everyItem(items)) {
    print(
      `${t(item.action)} ${item.kind} ${item.name ?? ""} (${item.id})${item.heldBy ? t`, held: ${codeIn(item.heldBy)}` : ""}${item.until ? t`, removed at ${item.until.toISOString()}` : ""}`,
    );
    for (const [name, { before, after }] of Object.entries(item.changes))
      print(`    ${name}: ${valueText(before)} → ${valueText(after)}`);
  }
}

const actionsOf = ({ create, update, remove, suspend, resume }: PlanSummary): number =>
  create + update + remove + suspend + resume;

async function* everyItem(items: WholePlan["items"]): AsyncIterable<PlanItem> {
  for await (const page of everyPage((from) => items({ count: PAGE, ...from }))) yield* page.items;
}
