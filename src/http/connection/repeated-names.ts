/*
 * JSON with a name twice in one object. JSON.parse keeps the last value and says nothing (RFC 8259 section 4
 * leaves it open), so a client that means the first is answered as if it had been taken.
 */

const [BLANK, COLON, BACKSLASH] = [0x20, 0x3a, 0x5c];

/**
 * The first name that an object of the text repeats; undefined when none does. `text` is valid JSON, and
 * `parsed` is what JSON.parse made of it. A repeated name is a member in the text and not in what was made,
 * so two counts tell; only where they differ is the name looked for.
 */
export const repeatedName = (text: string, parsed: unknown): string | undefined =>
  membersInText(text) > membersIn(parsed) ? firstRepeated(text) : undefined;

/** Outside of a string, a colon follows a name. */
function membersInText(text: string): number {
  let members = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at)) {
    at = endOfString(text, at + 1) + 1;
    while (text.charCodeAt(at) <= BLANK) at += 1;
    if (text.charCodeAt(at) === COLON) members += 1;
  }
  return members;
}

/** The quote that no backslash stands before, or an even number of them. */
function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from); ; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
    if ((end - before) % 2 === 0) return end;
  }
}

function membersIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) for (const element of value) members += membersIn(element);
  else for (const name in value) members += 1 + membersIn((value as Record<string, unknown>)[name]);
  return members;
}

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}:]/g;

function firstRepeated(text: string): string | undefined {
  const open: Set<string>[] = [];
  let last = "";
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === "{" || token === "[") open.push(new Set());
    else if (token === "}" || token === "]") open.pop();
    else if (token !== ":") last = token;
    else {
      const name = JSON.parse(last) as string;
      if (open.at(-1)?.has(name)) return name;
      open.at(-1)?.add(name);
    }
  }
  return undefined;
}
