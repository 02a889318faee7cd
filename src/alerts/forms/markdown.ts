import type { Message } from "../messages/message.ts";

/**
 * A robot's message: the title for the list of chats, the text for the chat. Adds the robot's keyword if it
 * is missing.
 */
export function markdownOf(
  { title, headline, facts, remedy, copy, link, linkText }: Message,
  keyword?: string,
): { readonly title: string; readonly text: string } {
  const lines = [
    `### ${escaped(headline)}`,
    ...facts.map(([label, value]) => `- **${escaped(label)}**: ${escaped(value)}`),
    ...(remedy ? ["", `**${escaped(remedy[0])}**: ${escaped(remedy[1])}`] : []),
    // DingTalk joins lines, so each line is a paragraph. A checkpoint has no markup.
    ...(copy === undefined ? [] : copy.split("\n").flatMap((line) => (line === "" ? [] : ["", line]))),
    "",
    `[${escaped(linkText)}](${link.replaceAll("(", "%28").replaceAll(")", "%29")})`,
    "",
    "dingtalk-scim",
  ];
  const text = lines.join("\n");
  return { title, text: keyword === undefined || text.includes(keyword) ? text : `${text} ${keyword}` };
}

/**
 * DingTalk supports a part of Markdown and may show backslashes. So characters of markup and links are
 * replaced by wide forms.
 */
const escaped = (text: string): string =>
  text.replace(/[\\`*[\]<>|~]/g, (mark) => WIDE[mark] ?? mark).replaceAll("://", "：//");

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
