/** Levels DingTalk allows (docs/dingtalk.md 4.5). */
export const MAX_DEPTH = 20;

/**
 * The segments of a name that is a path. A separator or backslash that belongs to a name is written with a backslash before it;
 * before anything else a backslash is just a backslash. Blanks around a segment do not count, and empty segments
 * (leading, trailing and doubled separators) are left out, so "/A//B/" is the same path as "A/B".
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

/** The text that `parsePath` reads back as the same segments, as long as each is trimmed and not empty. */
export function formatPath(segments: readonly string[], separator = "/"): string {
  return segments.map((name) => name.replaceAll("\\", "\\\\").replaceAll(separator, `\\${separator}`)).join(separator);
}

/** Keys of the departments on a path, level by level, where it comes from organisations with ids. They go along with the list itself, as expressions know only texts. */
const keys = new WeakMap<readonly string[], readonly (string | undefined)[]>();

export function withKeys<Path extends readonly string[]>(path: Path, ofLevels: readonly (string | undefined)[] | undefined): Path {
  if (ofLevels) keys.set(path, ofLevels);
  return path;
}

export const keysOf = (path: readonly string[]): readonly (string | undefined)[] | undefined => keys.get(path);
