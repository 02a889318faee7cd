import type { JsonObject, JsonValue } from "../../core/entity.ts";
import { escapedHtml } from "../../core/text/html.ts";
import type { Changes } from "../../history/event.ts";
import { classIn } from "../../privacy/classification.ts";
import { SCIM_ATTRIBUTES } from "../../privacy/scim-attributes.ts";
import { type ReportedEvent, SOMEBODY_ELSE, type SubjectReport } from "../../privacy/subject-report.ts";
import { classOfTargetAttribute } from "../../privacy/target-attributes.ts";
import { CODE_TEXTS, type Language, PURPOSE_TEXTS, TEXTS, type Text } from "./subject-texts.ts";

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
  const events = (list: readonly ReportedEvent[]): string =>
    list.length === 0
      ? `<p>${say(TEXTS.nothing)}</p>`
      : table(
          [TEXTS.when, TEXTS.what, TEXTS.by, TEXTS.outcome].map(say),
          list.map(({ at, code, by, outcome, changes }) => {
            const label = CODE_TEXTS[code];
            const what = `${label ? `${say(label)} ` : ""}<code>${escapedHtml(code)}</code>${changes ? changesOf(changes) : ""}`;
            return [escapedHtml(at), what, escapedHtml(by), escapedHtml(outcome ?? "")];
          }),
        );
  const changesOf = (changes: Changes): string =>
    `<details><summary>${escapedHtml(Object.keys(changes).join(", "))}</summary>${table(
      [TEXTS.attribute, TEXTS.before, TEXTS.after].map(say),
      Object.entries(changes).map(([name, { before, after }]) => [escapedHtml(name), shown(before), shown(after)]),
    )}</details>`;

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

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;margin:.5rem 0 1.5rem;width:100%}th,td{border-bottom:1px solid #ccc;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
summary{cursor:pointer}`;

/** Isolates the direction of a name, so that it does not change the text around it. */
const bdi = (text: string, other = SOMEBODY_ELSE): string => `<bdi>${escapedHtml(text).replaceAll(SOMEBODY_ELSE, other)}</bdi>`;

const textOf = (value: JsonValue | undefined): string =>
  value === undefined || value === null ? "–" : typeof value === "string" ? value : JSON.stringify(value);

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table>${head.length > 0 ? `<thead><tr>${head.map((cell) => `<th scope="col">${cell}</th>`).join("")}</tr></thead>` : ""}<tbody>${rows
    .map(([first = "", ...cells]) => `<tr><th scope="row">${first}</th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`)
    .join("")}</tbody></table>`;

/** Attributes of an extension come after the others, with its URN. */
function flat(values: JsonObject): readonly (readonly [string, JsonValue])[] {
  return Object.entries(values).flatMap(([name, value]) =>
    name.startsWith("urn:") && typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.entries(value).map(([inner, each]) => [`${name}:${inner}`, each] as const)
      : [[name, value] as const],
  );
}

const USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User";

function purposeOfScim(name: string): Text | undefined {
  const at = name.lastIndexOf(":");
  const [urn, attribute] = at < 0 ? [USER_SCHEMA, name] : [name.slice(0, at), name.slice(at + 1)];
  const found = classIn(SCIM_ATTRIBUTES[urn] ?? {}, attribute);
  return found && PURPOSE_TEXTS[found.purpose];
}

function purposeOfTarget(name: string): Text | undefined {
  const found = classOfTargetAttribute("user", name);
  return found && PURPOSE_TEXTS[found.purpose];
}
