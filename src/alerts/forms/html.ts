import type { Message } from "../message.ts";

/** One small page: no script, no picture, nothing to load. */
export const htmlOf = ({ headline, facts, remedy, link, linkText, language }: Message): string => `<!doctype html>
<html lang="${escaped(language)}">
<head><meta charset="utf-8"><title>${escaped(headline)}</title></head>
<body style="font:16px/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff">
<h1 style="font-size:1.2rem">${escaped(headline)}</h1>
<table>
${facts.map(([label, value]) => `<tr><th scope="row" style="text-align:left;padding-right:1rem">${escaped(label)}</th><td>${escaped(value)}</td></tr>`).join("\n")}
</table>
${remedy ? `<p><strong>${escaped(remedy[0])}:</strong> ${escaped(remedy[1])}</p>` : ""}
<p><a href="${escaped(link)}">${escaped(linkText)}</a></p>
</body>
</html>
`;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
