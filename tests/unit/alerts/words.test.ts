import { readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf, oneLine } from "../../../src/alerts/messages/message.ts";
import { CAUSE_KINDS } from "../../../src/alerts/rules/condition.ts";
import { CATALOGUES, wordsIn } from "../../../src/alerts/words/languages.ts";
import { LOOP_REASONS } from "../../../src/reconcile/reasons.ts";
import { CODES } from "../../../src/targets/dingtalk/client/answers/codes.ts";
import { LANGUAGES, languageOf } from "../../../src/words/languages.ts";

/** Kinds of answers that park an entity, or keep it waiting for somebody. */
const PARKING: ReadonlySet<string> = new Set([
  "dependency",
  "taken",
  "locked",
  "data",
  "capacity",
  "protected",
  "scope",
  "quota",
]);
/** Of the loop, those that only wait, or are held and told of as a hold or a mode. */
const NOT_PARKED: ReadonlySet<string> = new Set(
  "waitingForDepartment waitingForManager waitingForParent waitingForName settling stillManager stillOccupied roleStillUsed modeObserve modeUpsert heldByLimit inGrace protectedPerson outsidePilot privateAddress externalWithoutDepartment invitationOpen invitedLeaver adoptionOpen leaverUndecided joinOpen strangersInside databaseUnavailable".split(
    " ",
  ),
);
const codes = [
  ...LOOP_REASONS.filter((code) => !NOT_PARKED.has(code)),
  ...Object.values(CODES).flatMap((meaning) =>
    meaning && PARKING.has(meaning.kind) ? [meaning.reason] : [],
  ),
  ...[
    "credentialWrong",
    "permissionMissing",
    "addressNotAllowed",
    "contactScope",
    "settingsWrong",
    "oneTimeLinkUsed",
    "importRefused",
    "changeLate",
    "datesNotRead",
  ],
  ...[
    "nameMissing",
    "mobileMissing",
    "loginMissing",
    "administrator",
    "outsideManagedRoot",
    "roleNotIdentifiable",
    "unknownAnswer",
  ],
];

describe.each(LANGUAGES)("%s", (language) => {
  const { reasons, causes } = CATALOGUES[language];

  test("words every reason that somebody can be told of, with a remedy", () => {
    expect(codes.filter((code) => !reasons[code]?.[0] || !reasons[code]?.[1])).toEqual([]);
  });

  test("words the same as the others", () => {
    expect(Object.keys(reasons).sort()).toEqual(Object.keys(CATALOGUES.en.reasons).sort());
    expect(Object.keys(causes).sort()).toEqual([...CAUSE_KINDS].sort());
  });

  test("words every cause in one line without a hole", () => {
    const openedAt = new Date("2026-11-30T12:00:00Z");
    const detail = {
      counts: { user: 2, department: 1 },
      source: "Entra ID",
      limit: "peopleRemoved",
      seconds: 90,
      targetSeconds: 45,
      percent: 75,
    };
    for (const kind of CAUSE_KINDS) {
      const told = { id: "i", kind, code: "mobileTaken", class: "A", count: 3, detail, openedAt } as const;
      const { title, facts, remedy } = messageOf(told, {
        occasion: "opened",
        at: openedAt,
        words: wordsIn(language),
        publicUrl: "https://x",
      });
      expect(JSON.stringify([title, facts, remedy ?? ""])).not.toMatch(/undefined|null|NaN|\\n/);
      expect(title).toMatch(/^\[dingtalk-scim\] \S/);
    }
  });
});

test("the languages are written for themselves", () => {
  const headlines = LANGUAGES.map((language) =>
    wordsIn(language).headline({
      id: "i",
      kind: "parked",
      code: "mobileTaken",
      class: "A",
      count: 12,
      detail: { counts: { user: 12 }, answer: "60104" },
      openedAt: new Date(0),
    }),
  );
  expect(headlines).toEqual([
    "12 people parked: mobile number taken (60104)",
    "12 名人员无法同步：手机号已被占用（60104）",
    "12 名人員未能同步：手機號碼已被佔用（60104）",
  ]);
  expect(LANGUAGES.map((language) => wordsIn(language).duration(93_780_000))).toEqual([
    "1 day 2 hours",
    "1 天 2 小时",
    "1 日 2 小時",
  ]);
});

test.each([
  ["en-GB", "en"],
  ["zh-CN", "zh-Hans"],
  ["zh-SG", "zh-Hans"],
  ["zh-Hans-HK", "zh-Hans"],
  ["zh-TW", "zh-Hant"],
  ["zh-HK", "zh-Hant"],
  ["zh-Hant", "zh-Hant"],
  ["fr", undefined],
  ["*", undefined],
])("%s is %s", (tag, language) => expect(languageOf(tag)).toBe(language));

test("what comes from a directory stays in its line and in its direction", () => {
  expect(oneLine("Li\r\nBcc: x\u202e\u200bMei\u2028!")).toBe("Li Bcc: xMei !");
});

test("docs/alerts.md has every cause, with its codes", () => {
  const page = readFileSync(join(__dirname, "..", "..", "..", "docs", "alerts.md"), "utf8");
  const told = [...page.matchAll(/^\| `(\w+)` \| [AB] \|/gm)].map((match) => match[1]);
  expect(told.sort()).toEqual(CAUSE_KINDS.filter((kind) => kind !== "test" && kind !== "checkpoint").sort());
});

test.each([
  ["en", "one attribute is emptied or made equal for more people than the limit allows"],
  ["zh-Hans", "同一字段被清空或变为相同值的人数超出上限"],
  ["zh-Hant", "同一欄位被清空或變為相同值的人數超出上限"],
] as const)("in %s a hold is told in words, and its limit by name beside the code", (language, words) => {
  const { headline, facts } = messageOf(
    {
      id: "i",
      kind: "hold",
      code: "heldByLimit",
      class: "A",
      count: 21,
      detail: { limit: "attributeBlanked" },
      openedAt: new Date(0),
    },
    { occasion: "opened", at: new Date(0), words: wordsIn(language), publicUrl: "https://x" },
  );
  expect(headline).toContain(words);
  expect(headline).not.toContain("attributeBlanked");
  expect(facts.map(([, value]) => value)).toContain("heldByLimit (attributeBlanked)");
});
