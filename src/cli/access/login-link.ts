import { Command, Option } from "commander";
import { ROLES, type Role } from "../../http/auth/roles.ts";
import { hashSecret } from "../../http/auth/tokens.ts";
import { makeSecret } from "../../http/session/cookie.ts";
import { osUser } from "../database/os-user.ts";
import { withRecords } from "../database/records.ts";
import { nonEmptyText } from "../options/non-empty-text.ts";
import { print, printJson, say } from "../terminal/output.ts";
import { t } from "../words/translate.ts";

interface Options {
  readonly role: Role;
  readonly reason: string;
  readonly json?: true;
}

export const loginLinkCommand = (): Command =>
  new Command("login-link")
    .description(
      "a link for signing in to the dashboard, valid once and for ten minutes; an event records who made it",
    )
    .addOption(
      new Option("--role <role>", "role of the person who opens it").choices(ROLES).makeOptionMandatory(),
    )
    .requiredOption("--reason <text>", "why, for the history", nonEmptyText)
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      '\nExample:\n  $ dingtalk-scim login-link --role admin --reason "the identity provider is down"',
    )
    .action(async ({ role, reason, json }: Options) => {
      const secret = makeSecret();
      const { url, expiresAt } = await withRecords(async ({ config, sessions }) => {
        const link = await sessions.addLink({
          secretHash: hashSecret(secret),
          role,
          reason,
          madeBy: osUser(),
        });
        return { url: `${config.publicUrl}/auth/link/${secret}`, expiresAt: link.expiresAt };
      });
      if (json) return printJson({ url, role, expiresAt });
      say(t`A link for the role ${role}, good once until ${expiresAt.toISOString()}:`);
      print(url);
    });
