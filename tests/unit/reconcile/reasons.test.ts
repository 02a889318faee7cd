import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MAPPING_NOTES } from "../../../src/mapping/note-codes.ts";
import { LOOP_NOTES, LOOP_REASONS } from "../../../src/reconcile/reasons.ts";
import { NOTE_CODES } from "../../../src/targets/dingtalk/attributes/note-codes.ts";
import { CHECK_REASONS } from "../../../src/targets/dingtalk/check-problem.ts";
import { CODES } from "../../../src/targets/dingtalk/client/answers/codes.ts";
import { DINGTALK_REASONS, OWN_REASONS } from "../../../src/targets/dingtalk/client/answers/reasons.ts";

/*
 * Pages translate by these codes and scripts select by them: each is documented, none is documented that does
 * not exist, and each is used.
 */

const root = join(__dirname, "..", "..", "..");
const operations = readFileSync(join(root, "docs", "operations.md"), "utf8");
const sources = (room: string): string =>
  (readdirSync(join(root, "src", room), { recursive: true }) as string[])
    .filter((name) => name.endsWith(".ts") && !/(reasons|note-codes)\.ts$/.test(name))
    .map((name) => readFileSync(join(root, "src", room, name), "utf8"))
    .join("\n");

/** Codes in the first column of the table below a heading. */
const documented = (heading: string): string[] =>
  operations
    .slice(operations.indexOf(`### ${heading}\n`))
    .split("\n| --- ")[1]!
    .split("\n\n")[0]!
    .split("\n")
    .slice(1)
    .flatMap((row) => [...row.split("|")[1]!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!));

test.each<[string, string, Iterable<string>]>([
  ["reasons of the loop", "Reasons of our own", LOOP_REASONS],
  ["reasons of the adapter", "DingTalk's answers", DINGTALK_REASONS],
  ["notes", "Notes", new Set([...LOOP_NOTES, ...MAPPING_NOTES, ...NOTE_CODES])],
])("operators are told the %s, all of them and no other", (_name, heading, codes) => {
  expect(documented(heading).sort()).toEqual([...codes].sort());
});

test("each is one word in camel case, and the loop's reasons are not the adapter's", () => {
  for (const code of [...LOOP_REASONS, ...DINGTALK_REASONS, ...LOOP_NOTES, ...MAPPING_NOTES, ...NOTE_CODES])
    expect(code).toMatch(/^[a-z][a-zA-Z]{1,59}$/);
  expect(LOOP_REASONS.filter((code) => DINGTALK_REASONS.has(code))).toEqual([]);
});

test.each<[string, string, readonly string[]]>([
  ["the loop's reasons", "reconcile", LOOP_REASONS],
  ["the loop's notes", "reconcile", LOOP_NOTES],
  ["the mapping's notes", "mapping", MAPPING_NOTES],
  ["the adapter's notes", "targets/dingtalk", NOTE_CODES],
])("each of %s is used", (_name, room, codes) => {
  const text = sources(room);
  expect(codes.filter((code) => !text.includes(`"${code}"`))).toEqual([]);
});

test("an error of the adapter carries no reason that is not listed", () => {
  const text = sources("targets/dingtalk") + sources("store/target");
  const given = [...text.matchAll(/reasonCode: "(\w+)"/g)].map((match) => match[1]!);
  // The check at start has reasons of its own, and one that it shares with an incident.
  const listed = new Set<string>([...DINGTALK_REASONS, ...CHECK_REASONS, "contactScope"]);
  expect(given.filter((code) => !listed.has(code))).toEqual([]);
  expect(OWN_REASONS.filter((code) => !text.includes(`"${code}"`))).toEqual([]);
});

test("a remedy belongs to its reason: two codes of DingTalk's with one reason have one remedy", () => {
  const remedies = new Map<string, string>();
  for (const { reason, kind, remedy } of Object.values(CODES)) {
    const what = remedy ?? (kind === "rateMinute" || kind === "rateAll" ? "rate" : kind);
    expect([reason, remedies.get(reason) ?? what]).toEqual([reason, what]);
    remedies.set(reason, what);
  }
});
