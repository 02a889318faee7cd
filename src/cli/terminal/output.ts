import Table from "cli-table3";
import { t } from "../words/translate.ts";

/** Prints a line for people on stderr. stdout has only results and log lines, which programs read. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

const warned = new Set<string>();

/** Warnings about settings. A process prints each line once. */
export function warn(line: string): void {
  if (warned.has(line)) return;
  warned.add(line);
  say(`dingtalk-scim: ${line}`);
}

/** Prints a line of a command's result on stdout. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function printJson(result: unknown): void {
  print(JSON.stringify(result, undefined, 2));
}

/** Columns without borders, for terminals and `cut`. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const table = new Table({
    head: head.map((name) => (name === "" ? "" : t(name))),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
    chars: Object.fromEntries(LINES.map((name) => [name, ""])),
  });
  table.push(...rows.map((row) => [...row]));
  print(table.toString());
}

const LINES = [
  "top",
  "top-mid",
  "top-left",
  "top-right",
  "bottom",
  "bottom-mid",
  "bottom-left",
  "bottom-right",
  "left",
  "left-mid",
  "mid",
  "mid-mid",
  "right",
  "right-mid",
  "middle",
] as const;
