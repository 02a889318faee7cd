import type { JsonObject, JsonValue } from "../../core/entity.ts";
import { escapedHtml } from "../../core/text/html.ts";
import type { ReportedEvent, SubjectReport } from "../../privacy/subject-report.ts";
import { eventTable } from "./event-table.ts";
import { bdi, flat, STYLE, table, textOf } from "./page-parts.ts";
import { purposeOfScim, purposeOfTarget } from "./purposes.ts";
import { type Language, TEXTS, type Text } from "./subject-texts.ts";

/** The report for the person in one language: one file for e-mail, no script, nothing to load. */
export function subjectPage(report: SubjectReport, { lang, key }: Language): string {
  const say = (text: Text): string => escapedHtml(text[key]);
  const shown = (value: JsonValue | undefined): string => bdi(textOf(value), say(TEXTS.other));
  const { directory, joined, links, removed, states, adoptions } = report;
  const facts = (rows: readonly (readonly [Text, string])[]): string =>
    table(
      [],
      rows.map(([name, cell]) => [say(name), cell]),
    );

  const attributes = (values: JsonObject, purposeOf: (name: string) => Text | undefined): string =>
    table(
      [TEXTS.attribute, TEXTS.value, TEXTS.purpose].map(say),
      flat(values).map(([name, value]) => {
        const purpose = purposeOf(name);
        return [escapedHtml(name), shown(value), purpose ? say(purpose) : ""];
      }),
    );
  const events = (list: readonly ReportedEvent[]): string => eventTable(list, say, shown);

  return `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${say(TEXTS.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${say(TEXTS.title)}</h1>
${facts([
  [TEXTS.id, escapedHtml(report.id)],
  [TEXTS.made, escapedHtml(report.at)],
])}
<p>${say(TEXTS.intro)}</p>
<h2>${say(TEXTS.directory)}</h2>
${
  directory
    ? `${facts([
        [TEXTS.source, bdi(directory.source)],
        [TEXTS.active, say(directory.active ? TEXTS.yes : TEXTS.no)],
        [TEXTS.created, escapedHtml(directory.createdAt)],
        [TEXTS.modified, escapedHtml(directory.modifiedAt)],
        [TEXTS.groups, directory.groups.map((name) => bdi(name)).join("<br>")],
      ])}${attributes(directory.document, purposeOfScim)}`
    : `<p>${say(TEXTS.noDirectory)}</p>`
}
${(joined?.others ?? [])
  .map(
    (record) =>
      `${facts([
        [TEXTS.source, bdi(record.source)],
        [TEXTS.id, escapedHtml(record.id)],
        [TEXTS.active, say(record.active ? TEXTS.yes : TEXTS.no)],
        [TEXTS.created, escapedHtml(record.createdAt)],
        [TEXTS.modified, escapedHtml(record.modifiedAt)],
      ])}${attributes(record.document, purposeOfScim)}`,
  )
  .join("\n")}
<h2>${say(TEXTS.dingtalk)}</h2>
${links.length === 0 ? `<p>${say(TEXTS.noDingtalk)}</p>` : ""}
${links
  .map(
    ({ remoteId, observedAt, attributes: seen }) =>
      `${facts([
        [TEXTS.userid, bdi(remoteId ?? "")],
        [TEXTS.seen, escapedHtml(observedAt ?? "")],
      ])}${seen ? attributes(seen, purposeOfTarget) : ""}`,
  )
  .join("\n")}
${removed.map(({ at, attributes: kept }) => `<h2>${say(TEXTS.removed)}</h2><p>${escapedHtml(at)}</p>${attributes(kept ?? {}, purposeOfTarget)}`).join("\n")}
${states
  .filter(({ planned }) => planned)
  .map(({ planned }) => `<h2>${say(TEXTS.planned)}</h2>${attributes(planned ?? {}, () => undefined)}`)
  .join("\n")}
${
  adoptions.length > 0
    ? `<h2>${say(TEXTS.adoptions)}</h2>${table(
        [],
        adoptions.map(({ at, state, name }) => [escapedHtml(at), escapedHtml(state), bdi(name ?? "")]),
      )}`
    : ""
}
<h2>${say(TEXTS.sent)}</h2>
${events(report.sent)}
<h2>${say(TEXTS.looked)}</h2>
${report.reads.length + report.exports.length === 0 ? `<p>${say(TEXTS.nobody)}</p>` : ""}
${
  report.reads.length > 0
    ? table(
        [TEXTS.when, TEXTS.by, TEXTS.where].map(say),
        report.reads.map(({ at, by, address }) => [at, by, address].map(escapedHtml)),
      )
    : ""
}
${report.exports.length > 0 ? events(report.exports) : ""}
<h2>${say(TEXTS.history)}</h2>
${events(report.history)}
</main>
</body>
</html>
`;
}
