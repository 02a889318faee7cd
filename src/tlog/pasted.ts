import { parseCheckpoint, type SignedCheckpoint } from "./checkpoint.ts";

/*
 * Checkpoints in a text that somebody has copied: a mail, a message of a chat, the JSON of a webhook. Such texts lose or gain line breaks, signs of quotation and spaces.
 * What was signed is put together anew from the parts of it, which hold no spaces; its signature tells whether that is what was signed.
 */

/** Breaks of lines, quotation marks of mail, spaces of every kind, and `\n` as JSON writes it. */
const GAP = String.raw`(?:\s|\\n|>)+`;
const BASE64 = "[A-Za-z0-9+/]+={0,2}";
/** In a message of JSON the dash of a signature may be escaped. */
const SIGNATURE = String.raw`(?:—|\\u2014)(?:\s|>)+([^\s+>]+)(?:\s|>)+(${BASE64})`;
const CHECKPOINT = new RegExp(
  String.raw`([^\s"\\>]+/[^\s"\\>]+)${GAP}(0|[1-9]\d{0,14})${GAP}([A-Za-z0-9+/]{43}=)((?:${GAP}${SIGNATURE})+)`,
  "gu",
);

/** In the order of the text; of one that is there several times each. What is malformed is not found. */
export function pastedCheckpoints(text: string): readonly SignedCheckpoint[] {
  return [...text.matchAll(CHECKPOINT)].map(([, origin, size, root, signatures = ""]) => {
    const lines = [...signatures.matchAll(new RegExp(SIGNATURE, "gu"))].map(([, name, signature]) => `— ${name} ${signature}\n`);
    return parseCheckpoint(`${origin}\n${size}\n${root}\n\n${lines.join("")}`);
  });
}
