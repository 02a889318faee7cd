import { Command, InvalidArgumentError } from "commander";
import { systemClock } from "../../core/clock.ts";
import { SCOPES, type Scope } from "../../http/auth/scopes.ts";
import { DEFAULT_SOURCE } from "../../store/access/sources.ts";
import { findSource } from "../database/find-source.ts";
import { NotFoundHere } from "../database/not-found-here.ts";
import { ACTOR, withRecords } from "../database/records.ts";
import { wholeNumber } from "../options/numbers.ts";
import { addScopes } from "../options/scope-option.ts";
import { print, printJson, printTable, say } from "../terminal/output.ts";
import { t } from "../words/translate.ts";

const DAY_MS = 24 * 60 * 60_000;
const YEAR_DAYS = 366;

export const tokenCommand = (): Command =>
  new Command("token")
    .description("bearer tokens of SCIM clients, operators and auditors")
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand());

function createCommand(): Command {
  return new Command("create")
    .description("create a token and show it once")
    .requiredOption("--name <text>", "a name, such as the client that uses it", notEmpty)
    .option("--source <name>", "the SCIM client it belongs to, see `source list`", DEFAULT_SOURCE)
    .option(
      "--scope <scopes>",
      `what it may do: ${SCOPES.join(", ")}; may be repeated (default: provision)`,
      addScopes,
    )
    .option("--expires <days>", "days until it expires, at most a year", wholeNumber(1, YEAR_DAYS), YEAR_DAYS)
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ dingtalk-scim token create --name "Entra ID"
  $ dingtalk-scim token create --name auditor --scope history:read --expires 30`,
    )
    .action(
      async (options: { name: string; source: string; scope?: Scope[]; expires: number; json?: true }) => {
        const { scope: scopes = ["provision"] } = options;
        await withRecords(async ({ sources, tokens }) => {
          const source = await findSource(sources, options.source);
          const expiresAt = new Date(systemClock.now().getTime() + options.expires * DAY_MS);
          const made = await tokens.create(ACTOR, {
            name: options.name,
            sourceId: source.id,
            scopes,
            expiresAt,
          });
          if (options.json)
            return printJson({
              id: made.id,
              token: made.text,
              clientSecret: made.secret,
              source: source.name,
              scopes,
              expiresAt,
            });
          say(
            t`Token ${made.id} of source ${source.name} for ${scopes.join(", ")}, until ${day(expiresAt)}. It is not shown again:`,
          );
          print(made.text);
        });
      },
    );
}

function listCommand(): Command {
  return new Command("list")
    .description("all tokens, newest first; none shows its secret")
    .option("--json", "the result as JSON")
    .action(async ({ json }: { json?: true }) => {
      const tokens = await withRecords((records) => records.tokens.list());
      if (json) return printJson(tokens);
      printTable(
        ["id", "name", "source", "scopes", "state", "last used"],
        tokens.map(({ id, name, sourceName, scopes, expiresAt, lastUsedAt, revokedAt }) => [
          id,
          name,
          sourceName,
          scopes.join(" "),
          stateOf(expiresAt, revokedAt),
          lastUsedAt ? day(lastUsedAt) : t("never"),
        ]),
      );
    });
}

function revokeCommand(): Command {
  return new Command("revoke")
    .description("revoke a token immediately")
    .argument("<id>", "the id, see `token list`")
    .addHelpText("after", "\nExample:\n  $ dingtalk-scim token revoke 9f86d081884c7d65")
    .action(async (id: string) => {
      const found = await withRecords(({ tokens }) => tokens.revoke(ACTOR, id));
      if (!found) throw new NotFoundHere(t`there is no token with the id ${id}; \`token list\` shows all`);
      say(t`Token ${id} is revoked.`);
    });
}

function stateOf(expiresAt: Date | undefined, revokedAt: Date | undefined): string {
  if (revokedAt) return t`revoked ${day(revokedAt)}`;
  if (!expiresAt) return t("good");
  return expiresAt > systemClock.now() ? t`until ${day(expiresAt)}` : t`expired ${day(expiresAt)}`;
}

const day = (at: Date): string => at.toISOString().slice(0, 10);

function notEmpty(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError(t("must not be empty"));
  return text;
}
