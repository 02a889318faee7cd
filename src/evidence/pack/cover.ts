import { escapedHtml, pageInLanguages } from "../../core/text/html.ts";
import { LANGUAGES, TEXTS, type Text } from "./words.ts";

export interface Summary {
  readonly from: Date;
  readonly to: Date;
  readonly madeAt: Date;
  readonly by: string;
  readonly version: string;
  readonly events: number;
  readonly joiners: number;
  readonly movers: number;
  readonly leavers: number;
  readonly late: number;
  readonly failures: number;
  readonly unresolved: number;
  readonly sample: { readonly size: number; readonly seed: number };
  readonly files: readonly string[];
}

/** One page with all three languages, one below the other. It has no script and loads nothing. */
export const coverPage = (summary: Summary): string =>
  pageInLanguages(
    TEXTS.title.en,
    LANGUAGES.map(({ lang, label, key }) => ({ lang, label, section: partOf(summary, lang, key) })),
  );

function partOf(summary: Summary, lang: string, key: keyof Text): string {
  const say = (text: Text): string => escapedHtml(text[key]);
  const row = (name: string, value: string | number): string =>
    `<tr><th scope="row">${name}</th><td>${escapedHtml(String(value))}</td></tr>`;
  const { from, to, madeAt, sample } = summary;
  return `<section id="${lang}" lang="${lang}">
<h1>${say(TEXTS.title)}</h1>
<table><tbody>
${row(say(TEXTS.period), `${from.toISOString()} – ${to.toISOString()}`)}
${row(say(TEXTS.made), madeAt.toISOString())}
${row(say(TEXTS.by), summary.by)}
${row(say(TEXTS.version), summary.version)}
</tbody></table>
<h2>${say(TEXTS.figures)}</h2>
<table><tbody>
${(["events", "joiners", "movers", "leavers", "late", "failures", "unresolved"] as const).map((name) => row(say(TEXTS[name]), summary[name])).join("\n")}
${row(say(TEXTS.sample), `${sample.size} · ${sample.seed}`)}
</tbody></table>
<p>${say(TEXTS.complete)}</p>
<p>${say(TEXTS.values)}</p>
<h2>${say(TEXTS.files)}</h2>
<table><tbody>
${summary.files.flatMap((name) => (name in TEXTS ? [row(`<code>${name}</code>`, TEXTS[name as keyof typeof TEXTS][key])] : [])).join("\n")}
</tbody></table>
</section>`;
}
