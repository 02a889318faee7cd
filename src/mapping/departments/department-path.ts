/** DingTalk's limit of levels (docs/dingtalk.md 4.5). */
export const MAX_DEPTH = 20;

/**
 * The segments of a name that is a path. A backslash before a separator or a backslash makes it part of a
 * name. Before any other character a backslash is an ordinary character. Blanks around a segment are removed,
 * and empty segments (leading, trailing and doubled separators) are left out, so "/A//B/" equals "A/B".
 */
export function parsePath(text: string, separator = "/"): readonly string[] {
  const segments: string[] = [];
  let segment = "";
  let at = 0;
  while (at < text.length) {
    if (text[at] === "\\" && text[at + 1] === "\\") {
      segment += "\\";
      at += 2;
    } else if (text[at] === "\\" && text.startsWith(separator, at + 1)) {
      segment += separator;
      at += 1 + separator.length;
    } else if (text.startsWith(separator, at)) {
      segments.push(segment);
      segment = "";
      at += separator.length;
    } else {
      segment += text[at];
      at += 1;
    }
  }
  segments.push(segment);
  return segments.map((name) => name.trim()).filter((name) => name !== "");
}

/** The text that `parsePath` reads back as the same segments, if each of them is trimmed and not empty. */
export function formatPath(segments: readonly string[], separator = "/"): string {
  return segments
    .map((name) => name.replaceAll("\\", "\\\\").replaceAll(separator, `\\${separator}`))
    .join(separator);
}

/**
 * Keys of the departments on a path, for each level, if the path comes from organisations with ids. They are
 * attached to the list itself, because expressions only know texts.
 */
const keys = new WeakMap<readonly string[], readonly (string | undefined)[]>();

export function withKeys<Path extends readonly string[]>(
  path: Path,
  ofLevels: readonly (string | undefined)[] | undefined,
): Path {
  if (ofLevels) keys.set(path, ofLevels);
  return path;
}

export const keysOf = (path: readonly string[]): readonly (string | undefined)[] | undefined =>
  keys.get(path);
