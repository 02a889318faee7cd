import type { Message } from "../message.ts";

/** What a robot shows: the title in the list of chats, the text in the chat. The word it asks for is added where it is missing. */
export function markdownOf(
  { title, headline, facts, remedy, copy, link, linkText }: Message,
  keyword?: string,
): { readonly title: string; readonly text: string } {
  const lines = [
    `### ${escaped(headline)}`,
    ...facts.map(([label, value]) => `- **${escaped(label)}**: ${escaped(value)}`),
    ...(remedy ? ["", `**${escaped(remedy[0])}**: ${escaped(remedy[1])}`] : []),
    // DingTalk joins lines, so each is a paragraph. Nothing in a checkpoint is markup.
    ...(copy === undefined ? [] : copy.split("\n").flatMap((line) => (line === "" ? [] : ["", line]))),
    "",
    `[${escaped(linkText)}](${link.replaceAll("(", "%28").replaceAll(")", "%29")})`,
    "",
    "dingtalk-scim",
  ];
  const text = lines.join("\n");
  return { title, text: keyword === undefined || text.includes(keyword) ? text : `${text} ${keyword}` };
}

/** DingTalk shows part of Markdown and may show a backslash as one: what would be markup or a link is written in its wide form. */
const escaped = (text: string): string => text.replace(/[\\`*[\]<>|~]/g, (mark) => WIDE[mark] ?? mark).replaceAll("://", "：//");

const WIDE: Readonly<Record<string, string>> = {
  "\\": "＼",
  "`": "ˋ",
  "*": "＊",
  "[": "［",
  "]": "］",
  "<": "＜",
  ">": "＞",
  "|": "｜",
  "~": "～",
};
