import type { ReadyFacts } from "../../main.ts";
import { t } from "../words/translate.ts";

/** The text for the operator when the server is ready, as lines. */
export function noticeOf({
  publicUrl,
  role,
  mode,
  sandboxUrl,
  database,
  newToken,
}: ReadyFacts): readonly string[] {
  const dingtalk =
    sandboxUrl === undefined
      ? t`the configured organisation, mode ${mode}`
      : t`sandbox (simulated DingTalk) at ${sandboxUrl}, mode ${mode}`;
  const facts: readonly (readonly [name: string, value: string])[] = [
    ...(role === "worker"
      ? []
      : ([
          [t("Dashboard"), `${publicUrl}/`],
          [t("SCIM (Tenant URL)"), `${publicUrl}/scim/v2`],
          [t("API, documented"), `${publicUrl}/docs`],
        ] as const)),
    ...(role === "api" ? [] : [[t("DingTalk"), dingtalk] as const]),
    [t("Database"), database === undefined ? "DATABASE_URL" : t`embedded PostgreSQL in ${database}`],
  ];
  return [
    t("dingtalk-scim is ready"),
    ...facts.map(
      ([name, value]) => `  ${name}${" ".repeat(Math.max(1, NAME_COLUMNS - columnsOf(name)))}${value}`,
    ),
    ...(newToken === undefined
      ? []
      : [
          "",
          `  ${t("Secret token, shown this once (all scopes; keep it safe):")}`,
          `  ${newToken}`,
          `  ${t("Another one:")} npx dingtalk-scim token create --name "Entra ID"`,
        ]),
  ];
}

const NAME_COLUMNS = 20;

/** The width of a text on a terminal, where a Han character takes two columns. */
const columnsOf = (text: string): number =>
  [...text].reduce((sum, character) => sum + (WIDE.test(character) ? 2 : 1), 0);
const WIDE = /[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u;
