import { Command, InvalidArgumentError } from "commander";
import { isUuid } from "../../core/id.ts";
import { isKeyAddress } from "../../http/auth/federation/key-address.ts";
import { decidedTrust, exactText } from "../../http/auth/federation/new-trust.ts";
import { SCOPES, type Scope } from "../../http/auth/scopes.ts";
import { DEFAULT_SOURCE } from "../../store/access/sources.ts";
import type { Trust } from "../../store/access/trusts.ts";
import { findSource } from "../database/find-source.ts";
import { NotFoundHere } from "../database/not-found-here.ts";
import { ACTOR, withRecords } from "../database/records.ts";
import { addScopes } from "../options/scope-option.ts";
import { print, printJson, printTable, say } from "../terminal/output.ts";
import { t } from "../words/translate.ts";

export const trustCommand = (): Command =>
  new Command("trust")
    .description(
      "workloads that get access tokens for a signed assertion, without a secret (workload identity federation)",
    )
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand());

interface AddOptions {
  readonly name: string;
  readonly tenant: string;
  readonly subject: string;
  readonly audience: readonly string[];
  readonly issuer?: string;
  readonly jwksUrl?: string;
  readonly source: string;
  readonly scope?: readonly Scope[];
  readonly json?: true;
}

function addCommand(): Command {
  return new Command("add")
    .description("trust a workload of Entra ID, and show its client id")
    .requiredOption("--name <text>", "a name, such as the application that uses it")
    .requiredOption("--tenant <id>", "directory (tenant) id; the claim tid", uuid)
    .requiredOption("--subject <id>", "Subject as Entra shows it; the claim sub", exact)
    .requiredOption(
      "--audience <text>",
      "Audience as Entra shows it; the claim aud; may be repeated",
      addAudience,
    )
    .option("--issuer <url>", "the claim iss (default: the tenant's v2.0 issuer)", exact)
    .option("--jwks-url <url>", "where the issuer publishes its keys (default: the tenant's)", exact)
    .option("--source <name>", "the SCIM client it belongs to, see `source list`", DEFAULT_SOURCE)
    .option(
      "--scope <scopes>",
      `what it may do: ${SCOPES.join(", ")}; may be repeated (default: provision)`,
      addScopes,
    )
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      `
Every value is compared exactly, without wildcards. Of an audience that ends in /.default, which is how Entra's portal shows it, the
assertion carries the part before: both are taken. Hosts other than Entra's have to be named in ASSERTION_KEY_HOSTS.

Example:
  $ dingtalk-scim trust add --name "Entra ID" --tenant ce5f061f-abe6-4e40-9615-301f87bcb7f0 \\
      --subject d2f8ee76-c549-45b8-a143-f5b640669704 --audience api://b5ba7a93-4452-4522-aeb4-a2b5da870c16/.default`,
    )
    .action(async (options: AddOptions, command: Command) => {
      const {
        name,
        tenant: tenantId,
        audience: audiences,
        scope: scopes = ["provision"],
        ...stated
      } = options;
      await withRecords(async ({ config, sources, trusts }) => {
        const trust = decidedTrust({ ...stated, tenantId, audiences });
        if (!isKeyAddress(trust.jwksUrl, config.assertionKeyOrigins))
          command.error(
            `error: the keys may be fetched from ${config.assertionKeyOrigins.join(", ")} only; ASSERTION_KEY_HOSTS names the hosts`,
          );
        const source = await findSource(sources, options.source);
        const decided = { ...trust, scopes };
        const id = await trusts.add(ACTOR, { name, sourceId: source.id, ...decided });
        const [tokenEndpoint, scimUrl] = [`${config.publicUrl}/oauth2/token`, `${config.publicUrl}/scim/v2`];
        if (options.json)
          return printJson({ clientId: id, tokenEndpoint, scimUrl, source: source.name, ...decided });
        say(
          t`Assertions of ${trust.issuer} for ${trust.audiences.join(" or ")} are trusted, for ${scopes.join(", ")} of source ${source.name}.`,
        );
        say(t`Token endpoint ${tokenEndpoint}, SCIM URL ${scimUrl}, client identifier:`);
        print(id);
      });
    });
}

function listCommand(): Command {
  return new Command("list")
    .description("all trusts, newest first")
    .option("--json", "the result as JSON")
    .action(async ({ json }: { json?: true }) => {
      const trusts = await withRecords((records) => records.trusts.list());
      if (json) return printJson(trusts);
      printTable(
        ["client id", "name", "source", "scopes", "issuer", "subject", "audience", "state", "last used"],
        trusts.map((trust) => [
          ...[trust.id, trust.name, trust.sourceName, trust.scopes.join(" ")],
          ...[trust.issuer, trust.subject, trust.audiences.join(" ")],
          stateOf(trust),
          trust.lastUsedAt ? day(trust.lastUsedAt) : t("never"),
        ]),
      );
    });
}

function removeCommand(): Command {
  return new Command("remove")
    .description("remove a trust immediately, with the access tokens it has issued")
    .argument("<client id>", "the id, see `trust list`")
    .addHelpText("after", "\nExample:\n  $ dingtalk-scim trust remove 019aa8f0-5c1e-7d3a-9b41-2f6f0c9d7e55")
    .action(async (id: string) => {
      const found = isUuid(id) && (await withRecords(({ trusts }) => trusts.remove(ACTOR, id)));
      if (!found)
        throw new NotFoundHere(t`there is no trust with the client id ${id}; \`trust list\` shows all`);
      say(t`Trust ${id} is removed.`);
    });
}

function uuid(text: string): string {
  if (!isUuid(text))
    throw new InvalidArgumentError(t("must be an id such as ce5f061f-abe6-4e40-9615-301f87bcb7f0"));
  return text;
}

function exact(text: string): string {
  const value = exactText(text);
  if (value === undefined) throw new InvalidArgumentError(t("must be one text without blanks"));
  return value;
}

const addAudience = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  exact(text),
];

const stateOf = ({ removedAt }: Trust): string => (removedAt ? t`removed ${day(removedAt)}` : t("good"));

const day = (at: Date): string => at.toISOString().slice(0, 10);
