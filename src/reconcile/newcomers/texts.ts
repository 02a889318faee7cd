import type { NoteToPerson } from "../target.ts";

/* The text of the note that a manager gets in DingTalk about a newcomer. */

export type NoteLanguage = "en" | "zh-Hans" | "zh-Hant";

const TEXTS: Readonly<
  Record<
    NoteLanguage,
    {
      readonly title: string;
      readonly came: (name: string) => string;
      readonly as: (title: string) => string;
      readonly why: string;
    }
  >
> = {
  en: {
    title: "Somebody new in your team",
    came: (name) => `**${name}** is in DingTalk now.`,
    as: (title) => `Title: ${title}`,
    why: "You are their manager in the company's directory.",
  },
  "zh-Hans": {
    title: "您的团队有新成员",
    came: (name) => `**${name}** 已加入钉钉。`,
    as: (title) => `职位：${title}`,
    why: "公司目录显示您是其直属主管。",
  },
  "zh-Hant": {
    title: "您的團隊有新成員",
    came: (name) => `**${name}** 已加入釘釘。`,
    as: (title) => `職位：${title}`,
    why: "公司目錄顯示您是其直屬主管。",
  },
};

/** Escapes names, so that nothing in them becomes markup. */
const plain = (text: string): string =>
  text.replace(/[\\`*_{}[\]()#+!|<>~-]/g, (sign) => `\\${sign}`).slice(0, 200);

export function newcomerNote(
  language: NoteLanguage,
  { name, title }: { readonly name: string; readonly title?: string },
): NoteToPerson {
  const texts = TEXTS[language];
  const lines = [
    texts.came(plain(name)),
    ...(title === undefined ? [] : [texts.as(plain(title))]),
    texts.why,
  ];
  return { title: texts.title, text: lines.join("\n\n") };
}
