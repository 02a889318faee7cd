import type { HistoryEvent } from "../history/event.ts";
import { FileInvalid, type FileProblem, inOrder } from "../mapping/file/problem.ts";
import { readYaml } from "../mapping/file/yaml-file.ts";
import { feedFile, type SinkEntry } from "./file.ts";

/** The feed file cannot be used. */
export class FeedInvalid extends FileInvalid {
  readonly code = "FEED_INVALID";
}

/** Compiles a feed file. Throws FeedInvalid with all problems, each with its line, column and path. */
export function compileFeed(yamlText: string): readonly SinkEntry[] {
  const { file, problemAt } = readYaml(
    yamlText,
    feedFile,
    (problems, options) => new FeedInvalid(problems, options),
  );
  const problems = file.sinks.flatMap((sink, at): readonly FileProblem[] => {
    const problem = (key: string, message: string): FileProblem => problemAt(["sinks", at, key], message);
    return [
      ...(file.sinks.findIndex(({ name }) => name === sink.name) < at
        ? [problem("name", "is the name of another sink too")]
        : []),
      ...together(sink).map(([key, message]) => problem(key, message)),
    ];
  });
  if (problems.length > 0) throw new FeedInvalid(inOrder(problems));
  return file.sinks;
}

/** Checks of several values together. */
function together(sink: SinkEntry): readonly (readonly [string, string])[] {
  switch (sink.kind) {
    case "webhook":
      return sink.url.startsWith("http:") && !sink.allowPrivate
        ? [["url", "must begin with https:// unless allowPrivate is true"]]
        : [];
    case "kafka":
      return (sink.username === undefined) === (sink.passwordFile === undefined)
        ? []
        : [["name", "username and passwordFile are set together, or not at all"]];
    case "rocketmq":
      return (sink.accessKey === undefined) === (sink.secretKeyFile === undefined)
        ? []
        : [["name", "accessKey and secretKeyFile are set together, or not at all"]];
    default:
      return [];
  }
}

/** The events that a sink gets. Without codes: all events. */
export function wantsOf(
  codes: readonly string[] | undefined,
): (event: Pick<HistoryEvent, "code">) => boolean {
  if (codes === undefined) return () => true;
  const single = new Set(codes.filter((code) => !code.endsWith(".*")));
  const kinds = codes.filter((code) => code.endsWith(".*")).map((code) => code.slice(0, -1));
  return ({ code }) => single.has(code) || kinds.some((kind) => code.startsWith(kind));
}
