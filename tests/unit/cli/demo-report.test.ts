import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { report } from "../../../src/cli/install/demo-report.ts";
import { noticeOf } from "../../../src/cli/install/notice.ts";
import { rolloutReport } from "../../../src/cli/install/rollout-report.ts";
import { DEMO_TOLD } from "../../../src/cli/words/demo.ts";
import { speak, t } from "../../../src/cli/words/translate.ts";
import type { DemoResult } from "../../../src/demo/result.ts";

/* What a newcomer reads of the server and of the demo, in the language of the terminal. */

afterEach(() => speak(undefined));

const FACTS = {
  publicUrl: "http://127.0.0.1:8080",
  role: "all",
  mode: "sync",
  sandboxUrl: "http://127.0.0.1:8081",
} as const;
const READY = { ...FACTS, database: "/data", newToken: "sdt_test_x" };

test("the notice of a server that is ready says where everything is, and the token on a line of its own", () => {
  expect(noticeOf(READY)).toEqual([
    "dingtalk-scim is ready",
    "  Dashboard           http://127.0.0.1:8080/",
    "  SCIM (Tenant URL)   http://127.0.0.1:8080/scim/v2",
    "  API, documented     http://127.0.0.1:8080/docs",
    "  DingTalk            sandbox (simulated DingTalk) at http://127.0.0.1:8081, mode sync",
    "  Database            embedded PostgreSQL in /data",
    "",
    "  Secret token, shown this once (all scopes; keep it safe):",
    "  sdt_test_x",
    '  Another one: npx dingtalk-scim token create --name "Entra ID"',
  ]);
});

test.each([
  ["a worker", { ...READY, role: "worker", newToken: undefined } as const, ["DingTalk", "Database"]],
  [
    "an API process",
    { ...READY, role: "api", newToken: undefined } as const,
    ["Dashboard", "SCIM (Tenant URL)", "API, documented", "Database"],
  ],
])("that of %s has what it does", (_what, facts, names) => {
  expect(
    noticeOf(facts)
      .slice(1)
      .map((line) => line.slice(2, 22).trimEnd()),
  ).toEqual(names);
});

const LATIN_WORD = /(?<![-\w./:@])[a-z]{3,}(?![-\w./:@])/;
/** Names of settings, values and commands are the same in every language. */
const plain = (text: string): string =>
  text.replaceAll(
    /"[^"]*"|--\w+|\b(npx|dingtalk-scim|token|create|sync|observe|upsert|user\.created|peopleRemoved|json|seed)\b/g,
    "",
  );

const CYCLE = { name: "leaver cycle", writes: 3, tookMs: 1_000, calls: 3, fewest: 3, differences: [] };
const RESULT: DemoResult = {
  size: { users: 2, departments: 1, seed: 1 },
  playedBefore: true,
  earlier: ["user x: title"],
  cycles: [{ ...CYCLE, approved: [{ limit: "peopleRemoved", count: 3, passed: 5 }] }],
  people: { directory: 2, active: 2, dingtalk: 2 },
  departments: { directory: 1, dingtalk: 1 },
  lost: [],
  changedByRepeat: [],
  stuck: [],
  scimMs: { p50: 1, p95: 2, requests: 3 },
  latencyMs: { p50: 900, p95: 1_200 },
  interruptions: { away: 1, throttled: 2 },
  account: {
    arrived: new Map(),
    sent: new Map(),
    recorded: new Map(),
    events: new Map([["user.created", 2]]),
    gaps: [],
  },
};

/** What the parts of the rollout tell, as it stands in the code: `{0} accounts in {1} departments`. */
function toldForms(): readonly string[] {
  const folder = join(__dirname, "..", "..", "..", "src", "demo", "rollout");
  return readdirSync(folder).flatMap((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    const told = [...text.matchAll(/lines(?:: \[|\.push\()([\s\S]*?)(?:\],|\]\s|\);\n)/g)].map(
      (match) => match[1]!,
    );
    return told
      .flatMap((part) => [...part.matchAll(/`((?:[^`$]|\$\{[^{}]*\})*)`/g)].map((match) => match[1]!))
      .map((template) => {
        let place = 0;
        return template.replaceAll(/\$\{[^{}]*\}/g, () => `{${place++}}`);
      });
  });
}

test("every form that a part of the rollout tells is worded", () => {
  const forms = toldForms();
  expect(forms.length).toBeGreaterThan(12);
  expect(forms.filter((form) => !Object.hasOwn(DEMO_TOLD, form))).toEqual([]);
});

describe.each([
  ["zh_CN.UTF-8", "已就绪", "离职", "30 人无工号，2 人重复录入"],
  ["zh_HK.UTF-8", "已就緒", "離職", "30 人無工號，2 人重複輸入"],
])("in %s", (locale, ready, leavers, dirt) => {
  beforeEach(() => speak(locale));

  test("the notice is, and the token stays on its line", () => {
    const lines = noticeOf(READY);
    expect(lines[0]).toBe(`dingtalk-scim ${ready}`);
    expect(lines).toContain("  sdt_test_x");
    expect(lines.filter((line) => LATIN_WORD.test(plain(line)))).toEqual([]);
  });

  test("the report of the demo is", () => {
    const lines = report(RESULT).join("\n");
    expect(lines).toContain(leavers);
    expect(lines.split("\n").filter((line) => LATIN_WORD.test(plain(line)))).toEqual([]);
  });

  test("the report of the rollout is, with what came of each part", () => {
    const told = toldForms().map((form) => form.replaceAll(/\{\d+\}/g, "7"));
    const steps = [
      { name: "by hand", lines: ["30 without job number, 2 entered twice"] },
      { name: "mistake", lines: told },
    ].map((step) => ({ ...step, writes: 1, reads: 1, tookMs: 1_000, problems: [] }));
    const lines = rolloutReport({ size: RESULT.size, steps, left: ["7 (8)"], gaps: [] }).join("\n");
    expect(lines).toContain(dirt);
    expect(lines.split("\n").filter((line) => LATIN_WORD.test(plain(line)))).toEqual([]);
    expect(t("taken back")).not.toBe("taken back");
  });
});
