import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readText } from "../../../src/cli/history/files.ts";
import { openWitness } from "../../../src/cli/history/witness.ts";
import { main } from "../../../src/cli/main.ts";
import { START_PROBLEMS } from "../../../src/cli/words/start-problems.ts";
import { speak, tLike } from "../../../src/cli/words/translate.ts";
import { loadFeed, loadRules } from "../../../src/compose/load-rules.ts";
import { CannotStart } from "../../../src/core/errors.ts";
import { readKeyFile } from "../../../src/keys/key-file.ts";
import { parseConfig } from "../../../src/settings/load-config.ts";
import { SETTINGS } from "../../../src/settings/rules.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";

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
const WRONG = [
  " ",
  "x",
  "-1",
  "99999999999999",
  "http://a.example.com/?q=1",
  "ü ü",
  "https://login.microsoftonline.com/common/v2.0",
];
const settings = [
  ...SETTINGS.flatMap((name) => WRONG.flatMap((value) => problemsOf(() => parseConfig({ [name]: value })))),
  ...problemsOf(() =>
    parseConfig({
      DINGTALK_APP_KEY: "a",
      OIDC_CLIENT_ID: "b",
      WORKDAY_USERNAME: "c",
      DATABASE_READ_URL: "postgresql://d/e",
    }),
  ),
  ...problemsOf(() =>
    parseConfig({ ALERT_SMTP_URL: "smtp://mail.example.com", ALERT_WEBHOOK_URL: "http://example.com" }),
  ),
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

const folder = mkdtempSync(join(temporaryRoot(), "dingtalk-scim-unreadable-"));
afterAll(() => rmSync(folder, { recursive: true }));
const nowhere = join(folder, "nowhere");

describe.each([
  ["en_GB.UTF-8", "there is no such file; correct its path", "it is a folder; name a file in it"],
  ["zh_CN.UTF-8", "没有此文件；请更正路径", "这是文件夹；请指明其中的文件"],
  ["zh_HK.UTF-8", "沒有此檔案；請更正路徑", "這是資料夾；請指明當中的檔案"],
])("in %s a file that cannot be read", (locale, missing, isFolder) => {
  const settingsWith = (name: string, path: string) =>
    problemsOf(() => {
      const config = parseConfig({ [name]: path });
      if (name === "FEED_FILE") loadFeed(config);
      else loadRules(config, "dingtalk");
    });

  test.each(["MAPPING_FILE", "POLICY_FILE", "FEED_FILE"])("%s: one line that says what to do", (name) => {
    speak(locale);
    const lines = [nowhere, folder].map((path) =>
      settingsWith(name, path).map((text) => tLike(text, START_PROBLEMS)),
    );
    expect(lines).toEqual([
      [expect.stringMatching(new RegExp(`${name} ${nowhere}.*${missing}$`))],
      [expect.stringMatching(new RegExp(`${name} ${folder}.*${isFolder}$`))],
    ]);
  });

  test.each<[string, (path: string) => unknown]>([
    ["a key", (path) => readKeyFile(path, "HISTORY_KEY_FILE")],
    ["a file of checkpoints", readText],
  ])("%s: the same", (_what, read) => {
    speak(locale);
    expect(problemsOf(() => read(folder)).map((text) => tLike(text, START_PROBLEMS))).toEqual([
      expect.stringContaining(isFolder),
    ]);
  });

  test("mapping check: the same", async () => {
    const said = jest.spyOn(process.stderr, "write").mockImplementation(() => true);
    const env = process.env;
    process.env = { ...env, LC_ALL: locale };
    try {
      expect(await main(["mapping", "check", nowhere])).toBe(3);
      expect(said.mock.calls.map(([text]) => String(text))).toEqual([
        expect.stringMatching(new RegExp(`^dingtalk-scim.*${missing}\n$`)),
      ]);
    } finally {
      process.env = env;
      process.exitCode = 0;
      said.mockRestore();
    }
  });
});

test.each(["zh_CN.UTF-8", "zh_HK.UTF-8"])("in %s every problem of the settings is worded", (locale) => {
  speak(locale);
  expect(settings.length).toBeGreaterThan(100);
  expect(
    [...new Set([...settings, ...others])].filter(
      (text) => !/\p{Script=Han}/u.test(tLike(text, START_PROBLEMS)),
    ),
  ).toEqual([]);
});

test("names and values stay as they are, and English texts too", () => {
  const text = "ROLE must be one of all, api, worker";
  expect(tLike(text, START_PROBLEMS)).toBe(text);
  speak("zh_HK.UTF-8");
  expect(tLike(text, START_PROBLEMS)).toBe("ROLE 必須為以下之一：all, api, worker");
});
