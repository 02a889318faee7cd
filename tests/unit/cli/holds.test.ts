import { decisionText } from "../../../src/cli/operate/holds.ts";
import { speak } from "../../../src/cli/words/translate.ts";
import type { Hold } from "../../../src/reconcile/guard/hold.ts";

/* What `holds approve` and `holds reject` say. */

afterEach(() => speak(undefined));

const hold = (state: Hold["state"]): Hold => ({
  id: "0198f1d2-0000-7000-8000-000000000001",
  state,
  limit: "peopleRemoved",
  count: 60,
  passed: 5,
  allowed: 5,
  present: 200,
  windowHours: 24,
  digest: "d",
  openedAt: new Date(0),
  expiresAt: new Date(1),
  approvals: [],
});

test.each<[string | undefined, Parameters<typeof decisionText>[0], string]>([
  [undefined, { kind: "decided", hold: hold("approved") }, "60 approved."],
  ["zh_CN.UTF-8", { kind: "decided", hold: hold("approved") }, "已批准 60 项。"],
  ["zh_HK.UTF-8", { kind: "decided", hold: hold("rejected") }, "已拒絕 60 項。"],
  ["zh_CN.UTF-8", { kind: "needsSecond", hold: hold("open") }, "已记录您的批准。60 项还须第二人批准。"],
  ["zh_HK.UTF-8", { kind: "moved", hold: hold("open") }, "未執行：該攔截現有 60 個對象，摘要為 d。"],
])("in %s a decision is told: %j", (locale, decision, text) => {
  speak(locale);
  expect(decisionText(decision)).toBe(text);
});
