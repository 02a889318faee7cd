import { parseCheckpoint, type SignedCheckpoint } from "./checkpoint.ts";

/*
 * Finds checkpoints in a text that somebody has copied: a mail, a chat message, the JSON of a webhook. Such
 * texts lose or gain line breaks, quotation marks and spaces. The parts of a checkpoint contain no spaces, so
 * the signed text is rebuilt from them. Its signature shows whether the result is the signed text.
 */

/** Line breaks, quotation marks of mail (`>`), spaces of every kind, and the `\n` of JSON. */
const GAP = String.raw`(?:\s|\\n|>)+`;
const BASE64 = "[A-Za-z0-9+/]+={0,2}";
/** JSON may escape the dash of a signature. */
const SIGNATURE = String.raw`(?:—|\\u2014)(?:\s|>)+([^\s+>]+)(?:\s|>)+(${BASE64})`;
const CHECKPOINT = new RegExp(
  String.raw`([^\s"\\>]+/[^\s"\\>]+)${GAP}(0|[1-9]\d{0,14})${GAP}([A-Za-z0-9+/]{43}=)((?:${GAP}${SIGNATURE})+)`,
  "gu",
);

/** All checkpoints in the order of the text, repeated ones too. It leaves out malformed ones. */
export function pastedCheckpoints(text: string): readonly SignedCheckpoint[] {
  return [...text.matchAll(CHECKPOINT)].map(([, origin, size, root, signatures = ""]) => {
    const lines = [...signatures.matchAll(new RegExp(SIGNATURE, "gu"))].map(
      ([, name, signature]) => `— ${name} ${signature}\n`,
    );
    return parseCheckpoint(`${origin}\n${size}\n${root}\n\n${lines.join("")}`);
  });
}
