import { LIMIT_NAMES } from "../../../src/reconcile/guard/spendings.ts";
import { LOOP_REASONS } from "../../../src/reconcile/reasons.ts";
import { CHECK_REASONS } from "../../../src/targets/dingtalk/check-problem.ts";
import { DINGTALK_REASONS } from "../../../src/targets/dingtalk/client/answers/reasons.ts";
import { LANGUAGES } from "../../../src/words/languages.ts";
import { REASONS } from "../../../src/words/reasons/by-language.ts";

/* One catalogue of reasons for the dashboard, the command line and messages. */

/**
 * What messages tell of beside the reasons of single people and departments, why a person of several sources
 * is out, and what a policy may not mean.
 */
const OF_MESSAGES = [
  "contactScope",
  "settingsWrong",
  "oneTimeLinkUsed",
  "sealingLate",
  "historyAltered",
  "importRefused",
  "changeLate",
  "datesNotRead",
  "recordDeleted",
  "graceKeepsAccess",
];
/** What a plan says in `heldBy`, and a message about a hold. */
const LIMITS = [...LIMIT_NAMES, "mappingChanged"];
const codes = [
  ...new Set([...LOOP_REASONS, ...DINGTALK_REASONS, ...OF_MESSAGES, ...LIMITS, ...CHECK_REASONS]),
].sort();

test.each(LANGUAGES)("in %s every code has words and a remedy, and there are no others", (language) => {
  expect(Object.keys(REASONS[language]).sort()).toEqual(codes);
  const empty = Object.entries(REASONS[language]).filter(([, texts]) =>
    texts.some((text) => text.trim() === ""),
  );
  expect(empty).toEqual([]);
});

test("each language is written in its own characters", () => {
  const simplifiedOnly = /[们这时门动发与对没于当应录调进为]/;
  const traditionalOnly = /[們這時門動發與對沒於當應錄調進為]/;
  const breaks = (language: (typeof LANGUAGES)[number], foreign: RegExp) =>
    Object.entries(REASONS[language]).filter(([, texts]) =>
      texts.some((text) => foreign.test(text.replaceAll(/（[^）]*）/g, ""))),
    );
  expect(breaks("zh-Hans", traditionalOnly)).toEqual([]);
  expect(breaks("zh-Hant", simplifiedOnly)).toEqual([]);
});
