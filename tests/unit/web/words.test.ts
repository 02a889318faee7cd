import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MAPPING_NOTES } from "../../../src/mapping/note-codes.ts";
import { en } from "../../../web/src/words/en.ts";
import { zhHans } from "../../../web/src/words/zh-hans.ts";
import { zhHant } from "../../../web/src/words/zh-hant.ts";

const web = join(__dirname, "..", "..", "..", "web", "src");
const parts = (readdirSync(web, { recursive: true }) as string[])
  .filter((name) => name.endsWith(".tsx"))
  .map((name) => ({ name, text: readFileSync(join(web, name), "utf8") }));

type Message = string | { readonly one: string; readonly other: string };
const catalogues: readonly (readonly [string, Readonly<Record<string, Message>>])[] = [
  ["en", en],
  ["zh-Hans-CN", zhHans],
  ["zh-Hant-HK", zhHant],
];
const textsOf = (message: Message): readonly string[] =>
  typeof message === "string" ? [message] : [message.one, message.other];
const placesIn = (text: string): readonly string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();

describe.each(catalogues)("the words in %s", (language, catalogue) => {
  test("are there for every key, and for no other", () => {
    expect(Object.keys(catalogue).sort()).toEqual(Object.keys(en).sort());
  });

  test("say something, with the same values in it", () => {
    const wrong = Object.entries(catalogue).filter(([key, message]) => {
      const places = placesIn(textsOf(en[key as keyof typeof en]).at(-1)!);
      return textsOf(message).some((text) => text === "" || placesIn(text).join() !== places.join());
    });
    expect(wrong).toEqual([]);
  });

  test("are in its own characters", () => {
    const simplifiedOnly = /[们这时门动发与对没于当应录调进为]/;
    const traditionalOnly = /[們這時門動發與對沒於當應錄調進為]/;
    const foreign =
      language === "en" ? /\p{Script=Han}/u : language === "zh-Hans-CN" ? traditionalOnly : simplifiedOnly;
    const wrong = Object.entries(catalogue).filter(([, message]) =>
      textsOf(message).some((text) => foreign.test(text)),
    );
    expect(wrong).toEqual([]);
  });
});

test("no two languages have one text where words are meant", () => {
  const same = Object.keys(en).filter((key) => {
    const [english, hans, hant] = catalogues.map(([, catalogue]) => JSON.stringify(catalogue[key]));
    return english === hans || english === hant;
  });
  expect(same).toEqual([]);
});

test("every key is used, and every key that is named in a part exists", () => {
  const all = parts.map(({ text }) => text).join("\n");
  const named = [...all.matchAll(/"([a-zA-Z]+(?:\.[a-zA-Z]+)*)"/g)].map((match) => match[1]!);
  // Keys that are put together, such as t(`state.${state}`).
  const families = [...all.matchAll(/t\(\s*`([a-zA-Z]+)\.\$\{/g)].map((match) => match[1]!);
  const unused = Object.keys(en).filter(
    (key) => !named.includes(key) && !families.includes(key.split(".")[0]!),
  );
  expect(unused).toEqual([]);
});

test("no part has a text of its own", () => {
  const raw = parts.flatMap(({ name, text }) => {
    const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
    const between = [...code.matchAll(/>\s*([^<>{}]*\p{Letter}{2,}[^<>{}]*?)\s*</gu)].map(
      (match) => match[1]!,
    );
    const attributes = [...code.matchAll(/\b(?:aria-label|title|placeholder|alt)="([^"]*)"/g)].map(
      (match) => match[1]!,
    );
    return [...between.filter((each) => !isCode(each)), ...attributes].map((each) => `${name}: ${each}`);
  });
  expect(raw).toEqual([]);
});

/**
 * Types between angle brackets, conditions, and what is the same in every language: names of programs and
 * commands.
 */
const isCode = (text: string): boolean =>
  /[;=()?:|&\]]/.test(text) ||
  /^(dingtalk-scim|npx dingtalk-scim .*|[A-Z][A-Za-z]+|readonly .*)$/.test(text.trim());

test("every note of the mapping has words, and no other", () => {
  const noted = Object.keys(en).flatMap((key) =>
    key.startsWith("mappingNote.") ? [key.slice("mappingNote.".length)] : [],
  );
  expect(noted.sort()).toEqual([...MAPPING_NOTES].sort());
});
