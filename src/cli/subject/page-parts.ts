import type { JsonObject, JsonValue } from "../../core/entity.ts";
import { escapedHtml } from "../../core/text/html.ts";
import { SOMEBODY_ELSE } from "../../privacy/subject-report.ts";

export const STYLE = `body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;margin:.5rem 0 1.5rem;width:100%}th,td{border-bottom:1px solid #ccc;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
summary{cursor:pointer}`;

/** Isolates the direction of a name, so that it does not change the text around it. */
export const bdi = (text: string, other = SOMEBODY_ELSE): string =>
  `<bdi>${escapedHtml(text).replaceAll(SOMEBODY_ELSE, other)}</bdi>`;

export const textOf = (value: JsonValue | undefined): string =>
  value === undefined || value === null ? "–" : typeof value === "string" ? value : JSON.stringify(value);

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table>${head.length > 0 ? `<thead><tr>${head.map((cell) => `<th scope="col">${cell}</th>`).join("")}</tr></thead>` : ""}<tbody>${rows
    .map(
      ([first = "", ...cells]) =>
        `<tr><th scope="row">${first}</th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`,
    )
    .join("")}</tbody></table>`;

/** Attributes of an extension come after the others, with its URN. */
export function flat(values: JsonObject): readonly (readonly [string, JsonValue])[] {
  return Object.entries(values).flatMap(([name, value]) =>
    name.startsWith("urn:") && typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.entries(value).map(([inner, each]) => [`${name}:${inner}`, each] as const)
      : [[name, value] as const],
  );
}
