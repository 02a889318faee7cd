import { quotedName } from "../core/text/quoted-name.ts";
import { repeatedName } from "./connection/repeated-names.ts";
import { Malformed } from "./errors.ts";

/**
 * The value of a body in UTF-8. Throws Malformed if it is no JSON, or if one of its objects has a name twice.
 */
export function parseJson(bytes: Buffer): unknown {
  const read = bytes.toString("utf8");
  // RFC 8259 section 8.1 lets a parser ignore a byte order mark.
  const text = read.charCodeAt(0) === 0xfeff ? read.slice(1) : read;
  const parsed = jsonOf(text);
  const name = repeatedName(text, parsed);
  if (name !== undefined) throw new Malformed(`the body has a name twice in one object${quotedName(name)}`);
  return parsed;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The message of V8 quotes the input. Neither the answer nor the log may repeat it.
    if (error instanceof SyntaxError) throw new Malformed("the body is not valid JSON");
    throw error;
  }
}
