import { escapedHtml } from "../../core/text/html.ts";
import type { Message } from "../messages/message.ts";

/** A small page without scripts, pictures and other files. */
export const htmlOf = ({
  headline,
  facts,
  remedy,
  copy,
  link,
  linkText,
  language,
}: Message): string => `<!doctype html>
<html lang="${escapedHtml(language)}">
<head><meta charset="utf-8"><title>${escapedHtml(headline)}</title></head>
<body style="font:16px/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff">
<h1 style="font-size:1.2rem">${escapedHtml(headline)}</h1>
<table>
${facts.map(([label, value]) => `<tr><th scope="row" style="text-align:left;padding-right:1rem">${escapedHtml(label)}</th><td>${escapedHtml(value)}</td></tr>`).join("\n")}
</table>
${remedy ? `<p><strong>${escapedHtml(remedy[0])}:</strong> ${escapedHtml(remedy[1])}</p>` : ""}
${copy === undefined ? "" : `<pre>${escapedHtml(copy)}</pre>`}
<p><a href="${escapedHtml(link)}">${escapedHtml(linkText)}</a></p>
</body>
</html>
`;
