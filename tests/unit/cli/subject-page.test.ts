import { LANGUAGES } from "../../../src/cli/assess/assessment-texts.ts";
import { subjectPage } from "../../../src/cli/subject/subject-page.ts";
import { CODE_TEXTS, PURPOSE_TEXTS, TEXTS } from "../../../src/cli/subject/subject-texts.ts";
import type { HistoryEvent } from "../../../src/history/event.ts";
import { subjectReport } from "../../../src/privacy/subject-report.ts";
import type { SubjectRecords } from "../../../src/privacy/subjects.ts";

const AT = new Date("2026-11-30T08:00:00Z");
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

const records: SubjectRecords = {
  id: "u1",
  held: false,
  directory: {
    source: "Entra ID",
    active: true,
    createdAt: "2026-11-01T00:00:00Z",
    modifiedAt: "2026-11-02T00:00:00Z",
    document: {
      displayName: "Mei <b>Chan",
      phoneNumbers: [{ type: "mobile", value: "+852 9123 4567" }],
      [ENTERPRISE]: { employeeNumber: "E1", manager: { value: "boss-id", displayName: "The Boss" } },
    },
    groups: ["Sales"],
  },
  links: [{ target: "dingtalk", remoteId: "u1", attributes: { name: "Mei Chan", manager: "boss-userid" } }],
  removed: [],
  states: [
    {
      target: "dingtalk",
      state: "parked",
      reasonCode: "nameTaken",
      refused: { mobile: { value: "+852 9123 4567", holder: "boss-id" } },
      notes: [{ attribute: "manager", code: "unknownManager", text: "The Boss is unknown" }],
    },
  ],
  adoptions: [],
  reads: [{ at: "2026-11-03T00:00:00Z", by: "token", address: "/api/history" }],
};

const event = (n: number, code: HistoryEvent["code"], more: Partial<HistoryEvent> = {}): HistoryEvent => ({
  id: `e${n}`,
  at: AT,
  code,
  actor: "token:abcdef",
  causes: [],
  ...more,
});

const events: readonly HistoryEvent[] = [
  event(1, "user.created", {
    changes: { [ENTERPRISE]: { after: { manager: { value: "boss-id" } } }, title: { after: "Clerk" } },
  }),
  event(2, "target.intent", {
    actor: "worker",
    changes: { manager: { before: "boss-userid", after: null } },
  }),
  event(3, "subject.exported", { actor: "cli", detail: { forms: ["html"], osUser: "boss-user" } }),
];

const report = subjectReport(records, events, AT);

test("it holds what is held, what was sent and who looked", () => {
  expect(report.directory?.document).toMatchObject({
    displayName: "Mei <b>Chan",
    [ENTERPRISE]: { employeeNumber: "E1" },
  });
  expect(report.history.map(({ code }) => code)).toEqual([
    "user.created",
    "target.intent",
    "subject.exported",
  ]);
  expect(report.sent.map(({ id }) => id)).toEqual(["e2"]);
  expect(report.exports).toMatchObject([{ id: "e3", by: "cli", detail: { forms: ["html"] } }]);
  expect(report.reads).toHaveLength(1);
});

test("it says nothing of other people", () => expect(JSON.stringify(report)).not.toMatch(/boss/i));

test.each(LANGUAGES)("the page in $lang is whole, and what people wrote is text in it", (language) => {
  const page = subjectPage(report, language);
  expect(page).toContain(`<html lang="${language.lang}">`);
  expect(page).toContain("Mei &lt;b&gt;Chan");
  expect(page).toContain("+852 9123 4567");
  expect(page).toContain("<td>/api/history</td>");
  expect(page).toContain(TEXTS.other[language.key]);
  expect(page).not.toMatch(/<script|boss|undefined/i);
});

test("every text is there in three languages", () => {
  for (const texts of [TEXTS, PURPOSE_TEXTS, CODE_TEXTS])
    for (const [name, { en, hans, hant }] of Object.entries(texts)) {
      expect([name, en, hans, hant].every((text) => text.length > 0)).toBe(true);
      expect([name, /\p{Script=Han}/u.test(hans) && /\p{Script=Han}/u.test(hant)]).toEqual([name, true]);
    }
});
