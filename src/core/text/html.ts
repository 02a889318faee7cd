/** Escapes a text for an HTML element or a quoted attribute. */
export const escapedHtml = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");

/**
 * A part of a page in one language: its tag, its name for readers, and the HTML of a `<section id="TAG">`.
 */
export interface LanguagePart {
  readonly lang: string;
  readonly label: string;
  readonly section: string;
}

/**
 * A page for e-mail: no script, nothing to load, all languages one below the other. `style`: in addition to
 * the common style.
 */
export const pageInLanguages = (
  title: string,
  parts: readonly LanguagePart[],
  style = "",
): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapedHtml(title)}</title>
<style>${STYLE}${style}</style>
</head>
<body>
<nav>${parts.map(({ lang, label }) => `<a href="#${lang}" lang="${lang}">${escapedHtml(label)}</a>`).join(" ")}</nav>
${parts.map(({ section }) => section).join("\n")}
</body>
</html>
`;

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;margin:.5rem 0 1.5rem;width:100%}th,td{border-bottom:1px solid #ccc;padding:.3rem .5rem;text-align:left;vertical-align:top}
nav a{margin-right:1rem}section{margin-bottom:4rem}`;
