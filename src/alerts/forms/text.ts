import type { Message } from "../messages/message.ts";

/** For e-mail programs without HTML. */
export const textOf = ({ headline, facts, remedy, copy, link, linkText }: Message): string =>
  [
    headline,
    "",
    ...facts.map(([label, value]) => `${label}: ${value}`),
    ...(remedy ? ["", `${remedy[0]}: ${remedy[1]}`] : []),
    ...(copy === undefined ? [] : ["", copy.trimEnd()]),
    "",
    `${linkText}: ${link}`,
    "",
  ].join("\n");
