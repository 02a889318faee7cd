import { closeSync, createReadStream, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cell, csvHead, csvLine } from "../formats/csv.ts";
import type { ArchiveFile } from "../zip.ts";

/** Files that are written beside each other in one reading, in a folder of ours, before they go into an archive. */
export class Workspace {
  readonly #folder = mkdtempSync(join(tmpdir(), "dingtalk-scim-evidence-"));
  readonly #files = new Map<string, number>();

  /** A file with these columns; answers what adds rows to it. */
  table(name: string, columns: readonly string[]): (rows: readonly (readonly Cell[])[]) => void {
    this.text(name, csvHead(columns));
    return (rows) => this.text(name, rows.map(csvLine).join(""));
  }

  /** Adds to a file, which it begins when there is none. */
  text(name: string, text: string): void {
    writeSync(this.#files.get(name) ?? this.#open(name), text);
  }

  #open(name: string): number {
    const file = openSync(join(this.#folder, name), "wx", 0o600);
    this.#files.set(name, file);
    return file;
  }

  /** In the order in which they were begun. */
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
