import { openWitness } from "../../../src/cli/history/witness.ts";
import { START_PROBLEMS } from "../../../src/cli/words/start-problems.ts";
import { speak, tLike } from "../../../src/cli/words/translate.ts";
import { CannotStart } from "../../../src/core/errors.ts";
import { parseConfig } from "../../../src/settings/load-config.ts";
import { SETTINGS } from "../../../src/settings/rules.ts";

/* What keeps the server from starting, in the language of the terminal. */

afterEach(() => speak(undefined));

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof CannotStart) return error.problems;
    throw error;
  }
}

/** Every setting with values that are wrong for most, and what contradicts itself. */
const WRONG = [" ", "x", "-1", "99999999999999", "http://a.example.com/?q=1", "ü ü", "https://login.microsoftonline.com/common/v2.0"];
const settings = [
  ...SETTINGS.flatMap((name) => WRONG.flatMap((value) => problemsOf(() => parseConfig({ [name]: value })))),
  ...problemsOf(() =>
    parseConfig({ DINGTALK_APP_KEY: "a", OIDC_CLIENT_ID: "b", WORKDAY_USERNAME: "c", DATABASE_READ_URL: "postgresql://d/e" }),
  ),
  ...problemsOf(() => parseConfig({ ALERT_SMTP_URL: "smtp://mail.example.com", ALERT_WEBHOOK_URL: "http://example.com" })),
  ...problemsOf(() => parseConfig({ ALERT_CHECKPOINT_HOURS: "24" })),
  ...problemsOf(() => parseConfig({ PORT: "8081", SIMULATOR_PORT: "8081" })),
  ...problemsOf(() => parseConfig({ PORT: "65535" })),
];
const others = [
  "PORT 8080 on 127.0.0.1 is in use by another program; stop it or choose another PORT",
  "the database in DATABASE_URL has no installation yet; start the server once, or run `dingtalk-scim migrate`",
  ...problemsOf(() => openWitness("/nowhere/witness.json", {})),
  ...problemsOf(() => openWitness("/nowhere/witness.json", { name: "a", log: ["no key"] })),
];

test.each(["zh_CN.UTF-8", "zh_HK.UTF-8"])("in %s every problem of the settings is worded", (locale) => {
  speak(locale);
  expect(settings.length).toBeGreaterThan(100);
  expect([...new Set([...settings, ...others])].filter((text) => !/\p{Script=Han}/u.test(tLike(text, START_PROBLEMS)))).toEqual([]);
});

test("names and values stay as they are, and English texts too", () => {
  const text = "ROLE must be one of all, api, worker";
  expect(tLike(text, START_PROBLEMS)).toBe(text);
  speak("zh_HK.UTF-8");
  expect(tLike(text, START_PROBLEMS)).toBe("ROLE 必須為以下之一：all, api, worker");
});
