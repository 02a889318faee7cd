import type { JsonValue } from "../../core/entity.ts";
import { escapedHtml } from "../../core/text/html.ts";
import type { Changes } from "../../history/event.ts";
import type { ReportedEvent } from "../../privacy/subject-report.ts";
import { table } from "./page-parts.ts";
import { CODE_TEXTS, TEXTS, type Text } from "./subject-texts.ts";

type Say = (text: Text) => string;
type Shown = (value: JsonValue | undefined) => string;

/**
 * Events with their changes as a table of HTML. `say`, `shown`: texts and values in the language of the page.
 */
export const eventTable = (list: readonly ReportedEvent[], say: Say, shown: Shown): string =>
  list.length === 0
    ? `<p>${say(TEXTS.nothing)}</p>`
    : table(
        [TEXTS.when, TEXTS.what, TEXTS.by, TEXTS.outcome].map(say),
        list.map(({ at, code, by, outcome, changes }) => {
          const label = CODE_TEXTS[code];
          const what = `${label ? `${say(label)} ` : ""}<code>${escapedHtml(code)}</code>${changes ? changesOf(changes, say, shown) : ""}`;
          return [escapedHtml(at), what, escapedHtml(by), escapedHtml(outcome ?? "")];
        }),
      );

const changesOf = (changes: Changes, say: Say, shown: Shown): string =>
  `<details><summary>${escapedHtml(Object.keys(changes).join(", "))}</summary>${table(
    [TEXTS.attribute, TEXTS.before, TEXTS.after].map(say),
    Object.entries(changes).map(([name, { before, after }]) => [
      escapedHtml(name),
      shown(before),
      shown(after),
    ]),
  )}</details>`;
