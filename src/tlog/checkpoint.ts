import { FormatError } from "./format-error.ts";
import { HASH_BYTES } from "./hash.ts";
import { type Note, parseNote } from "./note.ts";

/** The name, the size and the root hash of a log (C2SP tlog-checkpoint). */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

/** The text that is signed. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString("base64")}\n`;

export interface SignedCheckpoint extends Checkpoint {
  readonly note: Note;
  /** The text as it was read, with its signatures. */
  readonly text: string;
}

/** Reads a checkpoint without checking its signatures. Throws FormatError. */
export function parseCheckpoint(text: string): SignedCheckpoint {
  const note = parseNote(text);
  const [origin = "", size = "", encoded = ""] = note.text.split("\n");
  const root = Buffer.from(encoded, "base64");
  const isSize = /^(0|[1-9]\d{0,14})$/.test(size);
  if (origin === "" || !isSize || root.length !== HASH_BYTES || root.toString("base64") !== encoded)
    throw new FormatError("a checkpoint must begin with three lines: origin, size and root");
  return { origin, size: Number(size), root, note, text };
}

/** Reads checkpoints that follow one another, as in a file of anchors. Throws FormatError. */
export function parseCheckpoints(text: string): readonly SignedCheckpoint[] {
  const found: SignedCheckpoint[] = [];
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; ) {
    if (lines[at] === "") {
      at++;
      continue;
    }
    const blank = lines.indexOf("", at);
    if (blank < 0) throw new FormatError("the last checkpoint is cut off");
    let end = blank + 1;
    while (end < lines.length && lines[end]!.startsWith("— ")) end++;
    found.push(parseCheckpoint(`${lines.slice(at, end).join("\n")}\n`));
    at = end;
  }
  return found;
}
