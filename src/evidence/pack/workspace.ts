import { closeSync, createReadStream, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cell, csvHead, csvLine } from "../formats/csv.ts";
import type { ArchiveFile } from "../zip.ts";

/**
 * Files in a temporary folder. They are filled while the events are read once, and then go into an archive.
 */
export class Workspace {
  readonly #folder = mkdtempSync(join(tmpdir(), "dingtalk-scim-evidence-"));
  readonly #files = new Map<string, number>();

  /** Begins a CSV file with these columns. Returns a function that adds rows to the file. */
  table(name: string, columns: readonly string[]): (rows: readonly (readonly Cell[])[]) => void {
    this.text(name, csvHead(columns));
    return (rows) => this.text(name, rows.map(csvLine).join(""));
  }

  /** Appends a text to a file. Creates the file if it does not exist. */
  text(name: string, text: string): void {
    writeSync(this.#files.get(name) ?? this.#open(name), text);
  }

  #open(name: string): number {
    const file = openSync(join(this.#folder, name), "wx", 0o600);
    this.#files.set(name, file);
    return file;
  }

  /** All files, in the order of their creation. */
  get files(): readonly ArchiveFile[] {
    return [...this.#files.keys()].map((name) => ({
      name,
      content: () => createReadStream(join(this.#folder, name)) as AsyncIterable<Buffer>,
    }));
  }

  remove(): void {
    for (const file of this.#files.values()) closeSync(file);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
