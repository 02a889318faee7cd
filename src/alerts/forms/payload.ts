import type { Message } from "../messages/message.ts";

const TYPES = {
  opened: "incident.opened",
  reminder: "incident.reminder",
  closed: "incident.closed",
  test: "alert.test",
  checkpoint: "history.checkpoint",
} as const;

/** For programs: codes and counts in addition to the texts. */
export function payloadOf({ occasion, at, about, language, title, facts, remedy, link, names }: Message) {
  const { id, class: severity, kind, code, count, detail, openedAt, closedAt } = about;
  return {
    type: TYPES[occasion],
    timestamp: at.toISOString(),
    data: {
      id,
      class: severity,
      cause: kind,
      code,
      count,
      detail,
      openedAt: openedAt.toISOString(),
      closedAt: closedAt?.toISOString() ?? null,
      language,
      title,
      text: facts.map(([label, value]) => `${label}: ${value}`).join("\n"),
      remedy: remedy?.[1] ?? null,
      link,
      ...(names.length > 0 ? { names } : {}),
    },
  };
}
