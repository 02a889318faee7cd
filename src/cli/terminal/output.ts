import Table from "cli-table3";
import { t } from "../words/translate.ts";

/** A line for people. Goes to stderr, so that stdout holds what programs read: log lines of the server, results of a command. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

const warned = new Set<string>();

/** Possible configuration errors; a process prints each line once. */
export function warn(line: string): void {
  if (warned.has(line)) return;
  warned.add(line);
  say(`dingtalk-scim: ${line}`);
}

/** A line of a command's result. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function printJson(result: unknown): void {
  print(JSON.stringify(result, undefined, 2));
}

/** Columns without lines around them, which fit a terminal and `cut` alike. */
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
