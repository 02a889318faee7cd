import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TEXTS as ASSESSMENT } from "../../../src/cli/assess/assessment-texts.ts";
import { CODE_TEXTS, PURPOSE_TEXTS, TEXTS as SUBJECT } from "../../../src/cli/subject/subject-texts.ts";
import { TRANSLATIONS } from "../../../src/cli/words/translate.ts";
import { foldHan, hanVariants } from "../../../src/core/text/han.ts";
import { TEXTS as EVIDENCE } from "../../../src/evidence/pack/words.ts";
import { newcomerNote } from "../../../src/reconcile/newcomers/texts.ts";
import { REASONS } from "../../../src/words/reasons/by-language.ts";
import { zhHans } from "../../../web/src/words/zh-hans.ts";
import { zhHant } from "../../../web/src/words/zh-hant.ts";

/* One term for one thing in every Chinese text: pages, command line, messages, reports and docs. */

type Retired = readonly (readonly [retired: RegExp, term: string])[];

const SIMPLIFIED: Retired = [
  [/通道/, "渠道 (alert channel)"],
  [/暂缓/, "拦下, 拦截 (hold)"],
  [/已拦截/, "已拦下"],
  [/(?<![群角色分])组(?![织成合件])/, "群组; 角色组 is DingTalk's"],
  [/(?<!客户端)凭据/, "凭证, as in DingTalk's console; 客户端凭据 is Microsoft's name of the OAuth grant"],
  [/来源系统|(?:其他|另一|两个|多个|各|有|该|优先)来源/, "数据源"],
  [/本系统|本服务器/, "本服务"],
  [/工作进程/, "后台进程"],
  [/退出代码/, "退出码"],
  [/控制台/, "管理页面 of this service, 开发者后台 or 管理后台 of DingTalk"],
  [/等级/, "级别 (tier of a match)"],
  [/接管/, "认领 (adopt)"],
  [/解除匹配/, "解除关联 (unlink)"],
  [/否定/, "否认 (reject a match)"],
  [/有歧义|无法确定/, "有多个候选 (ambiguous)"],
  [/密钥令牌/, "机密令牌, as in Entra's portal"],
  [/工作负载身份/, "工作负载标识联合"],
  [/操作员/, "运维人员; 操作者 is the actor of an event"],
  [/超过限制|被限制/, "上限 (limit)"],
  [/变更(?!记录)/, "更改; 变动 of joiners, movers and leavers"],
  [/帐号|帐户|账户/, "账号"],
  [/你/, "您"],
];

const TRADITIONAL: Retired = [
  [/途徑/, "渠道 (alert channel)"],
  [/暫緩/, "攔下, 攔截 (hold)"],
  [/已攔截/, "已攔下"],
  [/記錄檔/, "日誌"],
  [
    /歷史記錄|(?:合併|分開|的|自己|刪除|啟動|其餘|每筆|所有|該|項)記錄(?!檔)/,
    "紀錄, the noun; 記錄 is the verb",
  ],
  [/次要求|沒有要求|要求者/, "請求 (request)"],
  [/帳號|賬號|賬戶/, "帳戶"],
  [/已連結|連結(?:本身|確認|後|帳)|自動連結|其他連結|並連結/, "關聯; 連結 is an address to open"],
  [/解除配對/, "解除關聯 (unlink)"],
  [/來源系統|(?:其他|另一|兩個|多個|各|有|該|優先)來源/, "資料來源"],
  [/本系統|本伺服器/, "本服務"],
  [/位址/, "地址"],
  [/(?<!企業)應用程式/, "應用, as in DingTalk's console; 企業應用程式 is Microsoft's"],
  [/機構/, "組織"],
  [/呼叫/, "調用"],
  [/判斷提示|聲明/, "斷言 (assertion); 宣告 is a claim"],
  [/工作負載身分聯合/, "工作負載身分識別同盟"],
  [/身份/, "身分"],
  [/(?<!租)用戶(?!端)/, "使用者"],
  [/秘密權杖/, "祕密權杖, as in Entra's portal"],
  [/證據套件|本套件/, "證據包"],
  [/缺少/, "欠缺"],
  [/手動/, "人手"],
  [/無須|無需/, "毋須"],
  [/檢視/, "查看"],
  [/對應檔(?!案)|對應設定/, "對應檔案, 屬性對應"],
  [/工作程序/, "背景程序"],
  [/控制台|主控台/, "管理頁面 of this service, 開發者後台 or 管理後台 of DingTalk"],
  [/等級/, "級別 (tier of a match)"],
  [/接管/, "認領 (adopt)"],
  [/有歧義|無法確定/, "有多個候選 (ambiguous)"],
  [/操作員/, "操作人員; 操作者 is the actor of an event"],
  [/超過限制|被限制/, "上限 (limit)"],
  [/變更(?!紀錄)/, "更改; 變動 of joiners, movers and leavers"],
  [/[一二三四五六七八九十\d}] ?天/, "日"],
  [/你/, "您"],
];

const root = join(__dirname, "..", "..", "..");
const fileText = (path: string): string => readFileSync(join(root, path), "utf8");
const docs = (folder: string): readonly string[] =>
  readdirSync(join(root, folder)).map((name) => fileText(join(folder, name)));
const pages = Object.values({ ...ASSESSMENT, ...SUBJECT, ...PURPOSE_TEXTS, ...CODE_TEXTS, ...EVIDENCE });
const note = (language: "zh-Hans" | "zh-Hant") =>
  Object.values(newcomerNote(language, { name: "Li", title: "x" })).map(String);

const texts = {
  "zh-Hans": [
    ...Object.values(zhHans),
    ...Object.values(REASONS["zh-Hans"]).flat(),
    ...Object.values(TRANSLATIONS).map(([simplified]) => simplified),
    ...pages.map(({ hans }) => hans),
    ...note("zh-Hans"),
    // The texts of messages stand within functions.
    ...fileText("src/alerts/words/zh-hans.ts").split("\n"),
    ...docs("docs/zh-Hans").flatMap((page) => page.split("\n")),
  ],
  "zh-Hant": [
    ...Object.values(zhHant),
    ...Object.values(REASONS["zh-Hant"]).flat(),
    ...Object.values(TRANSLATIONS).map(([, traditional]) => traditional),
    ...pages.map(({ hant }) => hant),
    ...note("zh-Hant"),
    ...fileText("src/alerts/words/zh-hant.ts").split("\n"),
    ...docs("docs/zh-Hant").flatMap((page) => page.split("\n")),
  ],
} as const;

test.each([
  ["zh-Hans", SIMPLIFIED],
  ["zh-Hant", TRADITIONAL],
] as const)("no text in %s has a retired term", (language, retired) => {
  const found = texts[language].flatMap((text) =>
    retired.filter(([term]) => term.test(String(text))).map(([, instead]) => `${text} → ${instead}`),
  );
  expect(texts[language].length).toBeGreaterThan(1_000);
  expect(found).toEqual([]);
});

/**
 * Characters of both varieties, of which one stands for another in simplified texts: 后 is 後 there, and an
 * empress in both.
 */
const OF_BOTH = new Set("出面回只向系群表准致果核台了制才升具家私注搜布逾");
const isTraditional = (character: string): boolean => foldHan(character) !== character;
const isSimplified = (character: string): boolean =>
  !isTraditional(character) && [...hanVariants(character)].join("").length > 1 && !OF_BOTH.has(character);

test.each([
  ["zh-Hans", isTraditional],
  ["zh-Hant", isSimplified],
] as const)("every text in %s is in its own characters", (language, isForeign) => {
  // Names in DingTalk's console stand in 「」, names of columns in （）.
  const found = texts[language].flatMap((text) => {
    const foreign = [
      ...String(text)
        .replaceAll(/「[^」]*」|（[^）]*）|`[^`]*`/g, "")
        .matchAll(/\p{Script=Han}/gu),
    ].filter(([character]) => isForeign(character));
    return foreign.length === 0 ? [] : [`${foreign.join("")}: ${text}`];
  });
  expect(found).toEqual([]);
});
