import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { wholeNumber } from "../../../src/cli/options/numbers.ts";
import { createProgram } from "../../../src/cli/program.ts";
import { reasonIn } from "../../../src/cli/words/reason.ts";
import { speak, spokenLanguage, TRANSLATIONS, t, tLike } from "../../../src/cli/words/translate.ts";

/* The command line in the language of the terminal. */

afterEach(() => speak(undefined));

test.each<[string | undefined, string]>([
  [undefined, "en"],
  ["", "en"],
  ["C", "en"],
  ["C.UTF-8", "en"],
  ["POSIX", "en"],
  ["en_GB.UTF-8", "en"],
  ["de_DE.UTF-8", "en"],
  ["zh_CN.UTF-8", "zh-Hans"],
  ["zh_CN", "zh-Hans"],
  ["zh_SG.utf8", "zh-Hans"],
  ["zh_CN@pinyin", "zh-Hans"],
  ["zh_HK.UTF-8", "zh-Hant"],
  ["zh_TW.UTF-8", "zh-Hant"],
  ["zh_HK.big5hkscs", "zh-Hant"],
])("the locale %s is spoken to as %s", (locale, language) => {
  speak(locale);
  expect(spokenLanguage()).toBe(language);
});

const HAN = /\p{Script=Han}/u;

interface Text {
  readonly where: string;
  readonly text: string;
}

function textsOf(command: Command, path = ""): readonly Text[] {
  const where = `${path} ${command.name()}`.trim();
  return [
    { where, text: command.description() },
    ...command.options.map(({ flags, description }) => ({ where: `${where} ${flags}`, text: description })),
    ...command.registeredArguments.map((argument) => ({
      where: `${where} <${argument.name()}>`,
      text: argument.description,
    })),
    ...command.commands.flatMap((sub) => textsOf(sub, where)),
  ];
}

const helpOf = (command: Command): readonly string[] => {
  let text = "";
  command.configureOutput({
    ...command.configureOutput(),
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return [text, ...command.commands.flatMap(helpOf)];
};

describe.each(["zh_CN.UTF-8", "zh_HK.UTF-8"])("in %s", (locale) => {
  test("every command, option and argument is described", () => {
    speak(locale);
    // Words that are only values: `user or department`.
    const plain = textsOf(createProgram()).filter(
      ({ text }) => text !== "" && !HAN.test(text) && text !== "ID",
    );
    expect(plain.filter(({ text }) => !/^user 或 department$/.test(text))).toEqual([]);
  });

  test("help has no paragraph in English but examples", () => {
    speak(locale);
    const paragraphs = helpOf(createProgram()).flatMap((help) => help.split("\n\n"));
    const english = paragraphs.filter(
      (text) => text.trim() !== "" && !HAN.test(text) && !/^\s*(\$ |#)/.test(text.split("\n")[1] ?? text),
    );
    expect(english).toEqual([]);
  });

  test("what the library adds to an option has the signs of the language", () => {
    speak(locale);
    const help = helpOf(createProgram()).join("\n");
    expect(help).toMatch(locale === "zh_CN.UTF-8" ? /（默认：200）/ : /（預設：200）/);
    expect(help).not.toMatch(/\((?:choices|default|可选|可選|默认|預設): /);
  });

  test("what is wrong with an option is said", () => {
    speak(locale);
    let said = "";
    const program = createProgram();
    for (const command of [
      program,
      ...program.commands,
      ...program.commands.flatMap(({ commands }) => commands),
    ])
      command.configureOutput({
        ...command.configureOutput(),
        writeErr: (text) => {
          said += text;
        },
      });
    expect(() => program.parse(["retry"], { from: "user" })).toThrow();
    expect(() => program.parse(["paus"], { from: "user" })).toThrow();
    expect(() =>
      program.parse(["source", "create", "--name", "x", "--kind", "none"], { from: "user" }),
    ).toThrow();
    expect(said).toMatch(locale === "zh_CN.UTF-8" ? /无效。可选：entra, / : /無效。可選：entra, /);
    expect(said).toMatch(
      locale === "zh_CN.UTF-8" ? /缺少必需的选项 '--reason <code>'/ : /欠缺必要的選項 '--reason <code>'/,
    );
    expect(said).toMatch(
      locale === "zh_CN.UTF-8" ? /未知命令 'paus'[\s\S]*是否指 pause/ : /不明指令 'paus'[\s\S]*是否指 pause/,
    );
  });
});

test("in English everything is as it is written", () => {
  speak("en_GB.UTF-8");
  expect(t("Nothing was stopped.")).toBe("Nothing was stopped.");
  expect(t`Token ${"9f"} is revoked.`).toBe("Token 9f is revoked.");
  expect(createProgram().description()).toBe("SCIM 2.0 provisioning server for DingTalk");
  expect(reasonIn("mobileTaken", { reason: "their words", remedy: "their remedy" })).toEqual([
    "their words",
    "their remedy",
  ]);
});

test("what is filled in has its place, whatever it holds", () => {
  speak("zh_CN.UTF-8");
  expect(t`${3} with the reason ${"{0}$&"} are due now.`).toBe("3 个原因为 {0}$& 的条目已转为待发送。");
  expect(tLike("12 are proposed at this tier now: check the list again and give that count")).toMatch(
    /^此级别现有 12 条建议/,
  );
  expect(tLike("something that nobody has worded")).toBe("something that nobody has worded");
});

test("reasons are those of the one catalogue, and what it does not have is said as it came", () => {
  speak("zh_HK.UTF-8");
  expect(reasonIn("mobileTaken", { reason: "x" })[0]).toMatch(HAN);
  expect(reasonIn("nobodyKnows", { reason: "x", remedy: "y" })).toEqual(["x", "y"]);
});

describe("the table", () => {
  const placesIn = (text: string): readonly string[] => [...new Set(text.match(/\{\d+\}/g) ?? [])].sort();

  test("fills in the same everywhere, and each language is in its own characters", () => {
    const simplifiedOnly = /[们这时门动发与对没于当应录调进为]/;
    const traditionalOnly = /[們這時門動發與對沒於當應錄調進為]/;
    const wrong = Object.entries(TRANSLATIONS).filter(
      ([english, [simplified, traditional]]) =>
        placesIn(simplified).join() !== placesIn(english).join() ||
        placesIn(traditional).join() !== placesIn(english).join() ||
        traditionalOnly.test(simplified) ||
        simplifiedOnly.test(traditional.replaceAll(/（[^）]*CSV[^）]*）/g, "")),
    );
    expect(wrong).toEqual([]);
  });

  test("has every message that is said through it, and every head of a table", () => {
    const root = join(__dirname, "..", "..", "..", "src", "cli");
    const files = (readdirSync(root, { recursive: true }) as string[]).filter(
      (name) => name.endsWith(".ts") && !name.startsWith("words"),
    );
    const missing = files.flatMap((name) => {
      const text = readFileSync(join(root, name), "utf8");
      const heads = [...text.matchAll(/printTable\(\s*\[((?:\s*"[^"]*",?)+)\s*\]/g)].flatMap((match) =>
        [...match[1]!.matchAll(/"([^"]*)"/g)].map((head) => head[1]!).filter((head) => head !== ""),
      );
      const said = [...text.matchAll(/\bt\("((?:[^"\\]|\\.)*)"\)/g)].map(
        (match) => JSON.parse(`"${match[1]}"`) as string,
      );
      return [...heads, ...said, ...templatesIn(text)]
        .filter((key) => !Object.hasOwn(TRANSLATIONS, key))
        .map((key) => `${name}: ${key}`);
    });
    expect(missing).toEqual([]);
  });
});

test("what is wrong with an argument, or not there, is said in the language of the terminal", () => {
  const root = join(__dirname, "..", "..", "..", "src", "cli");
  const files = (readdirSync(root, { recursive: true }) as string[]).filter((name) => name.endsWith(".ts"));
  const raw = files.flatMap((name) =>
    [
      ...readFileSync(join(root, name), "utf8").matchAll(
        /new (?:NotFoundHere|InvalidArgumentError)\(\s*["`].*/g,
      ),
    ].map(([line]) => `${name}: ${line}`),
  );
  expect(raw).toEqual([]);
  speak("zh_HK.UTF-8");
  expect(() => wholeNumber(0, 9)("x")).toThrow("必須為 0 至 9 的整數");
});

/** Keys of t`…`: what stands between the braces is left out, templates within it too. */
function templatesIn(text: string): readonly string[] {
  const keys: string[] = [];
  for (const match of text.matchAll(/\bt`/g)) {
    let key = "";
    let place = 0;
    let at = match.index + 2;
    for (; text[at] !== "`"; at++) {
      if (text.startsWith("${", at)) {
        at = endOfHole(text, at + 2);
        key += `{${place++}}`;
      } else if (text[at] === "\\")
        key += JSON.parse(`"${text.slice(at, ++at + 1).replace("\\`", "`")}"`) as string;
      else key += text[at];
    }
    keys.push(key);
  }
  return keys;
}

function endOfHole(text: string, from: number): number {
  let depth = 1;
  for (let at = from; ; at++) {
    if (text[at] === "{") depth++;
    if (text[at] === "}" && --depth === 0) return at;
  }
}
