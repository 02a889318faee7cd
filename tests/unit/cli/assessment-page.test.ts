import { assessmentPage } from "../../../src/cli/assess/assessment-page.ts";
import type { Assessment, Finding, Matched } from "../../../src/reconcile/assess/report.ts";

const none: Finding = { count: 0, items: [] };
const matched: Matched = {
  directory: 2,
  target: 3,
  linked: 1,
  tiers: { 2: 1 },
  ambiguous: none,
  onlyHere: none,
  onlyThere: { count: 2, items: [{ remoteId: "r1", name: "<script>alert(1)</script>" }] },
};
const report: Assessment = {
  at: "2026-07-01T02:03:04.000Z",
  target: "dingtalk",
  managedRoot: "1",
  figures: { matchable: { count: 2, of: 2, share: 1 }, complete: { count: 1, of: 2, share: 0.5 } },
  people: matched,
  departments: { ...matched, onlyThere: none },
  mobiles: {
    missing: { count: 1, items: [{ id: "a", name: "陳大文", detail: "mobileMissing" }] },
    impossible: none,
    shared: none,
  },
  names: { refused: none, cut: none },
  managers: { notFound: none, loop: none },
  accounts: { neverActivated: none, administrators: none, leavers: none },
  customFields: none,
  privateAddresses: none,
  sources: [{ name: "Entra & Co", kind: "entra", changedInADay: 3 }],
  accessKeptHours: 24,
  permissions: [{ code: "60011", text: "a permission is missing", remedy: "grant it" }],
  findings: 3,
};

const page = assessmentPage(report);

test("it is one page in three languages, with nothing to load and no script", () => {
  for (const language of ["en", "zh-Hans-CN", "zh-Hant-HK"])
    expect(page).toContain(`<section id="${language}" lang="${language}">`);
  expect(page).not.toMatch(/<script|\bsrc=|<link|url\(|@import|https?:/);
  for (const title of ["Mobile number missing: 1", "缺少手机号: 1", "欠缺手機號碼: 1"])
    expect(page).toContain(title);
});

test("names are text, whatever they hold", () => {
  expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(page).toContain("Entra &amp; Co (entra)");
});

test("figures are told with what they are of", () => {
  expect(page).toContain("50 %");
  expect(page).toContain("(1 / 2)");
});

test("a list tells that there are more than it names", () =>
  expect(page).toMatch(/People only in DingTalk: 2<\/summary>.*?…/));
