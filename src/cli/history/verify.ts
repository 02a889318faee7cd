import { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { CannotStart } from "../../core/errors.ts";
import type { Verdict, VerifyOptions } from "../../history/log/verify.ts";
import type { Config } from "../../settings/config.ts";
import { loadConfig } from "../../settings/load-config.ts";
import { parseCheckpoints, type SignedCheckpoint } from "../../tlog/checkpoint.ts";
import { parseVerifierKey } from "../../tlog/note.ts";
import { pastedCheckpoints } from "../../tlog/pasted.ts";
import { parsePolicy } from "../../tlog/policy.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { keepAlive } from "../terminal/keep-alive.ts";
import { print, printJson, warn } from "../terminal/output.ts";
import { t } from "../words/translate.ts";
import { formatted, readText } from "./files.ts";
import { withSource } from "./source.ts";

interface Options {
  readonly from?: string;
  readonly token?: string;
  readonly key?: readonly string[];
  readonly policy?: string;
  readonly anchors?: string;
  readonly checkpoint?: string;
  readonly json?: true;
}

export const verifyCommand = (): Command =>
  new Command("verify")
    .description("verify the signatures of the history; exit code 1 if they do not match")
    .option(
      "--from <place>",
      "folder of an export, or address of a server (default: the database of this installation)",
    )
    .option("--token <token>", "of the server, with the scope history:read")
    .option(
      "--key <vkey...>",
      "trusted verifier keys (default: those of the policy, else those of the source)",
    )
    .option("--policy <file>", "tlog-policy file: the signatures that the checkpoint needs")
    .option("--anchors <file>", "file with checkpoints that were stored elsewhere")
    .option("--checkpoint <file>", "one or several messages with a checkpoint, from an alert channel")
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      "\nEvery entry is hashed, the tree is built anew, and each event is compared with its entry. What is wrong first is named by its event and its index.\n" +
        "\nExamples:\n  $ dingtalk-scim history verify\n  $ dingtalk-scim history verify --from export/ --policy policy.txt --anchors anchors.txt",
    )
    .action(async ({ json, ...options }: Options) => {
      const verdict = await keepAlive(() => verified(options));
      if (!verdict.ok) foundProblems();
      if (json) return printJson(verdict.ok ? verdict : { ok: false, ...verdict.fault });
      tell(verdict);
    });

const DAY_MS = 86_400_000;

async function verified({
  from,
  token,
  key,
  policy,
  anchors,
  checkpoint,
}: Omit<Options, "json">): Promise<Verdict> {
  const { verifyLog } = await import("../../history/log/verify.ts");
  const options: VerifyOptions = {
    expired: expiredBefore(loadConfig(warn)),
    ...(key ? { keys: key.map((text) => formatted("--key", () => parseVerifierKey(text))) } : {}),
    ...(policy === undefined ? {} : { policy: formatted(policy, () => parsePolicy(readText(policy))) }),
    anchors: [
      ...(anchors === undefined ? [] : formatted(anchors, () => parseCheckpoints(readText(anchors)))),
      ...(checkpoint === undefined ? [] : checkpointsIn(checkpoint)),
    ],
  };
  return withSource({ from, token }, (source) => verifyLog(source, options));
}

/** Throws CannotStart if there is none, because a verification without it would prove less than requested. */
function checkpointsIn(file: string): readonly SignedCheckpoint[] {
  const found = formatted(file, () => pastedCheckpoints(readText(file)));
  if (found.length === 0) throw new CannotStart([t`${file}: there is no checkpoint in it`]);
  return found;
}

/** The removals that retention may have made, by the settings of this machine or their defaults. */
function expiredBefore({ retention }: Config): NonNullable<VerifyOptions["expired"]> {
  const before = (days: number): Date => new Date(systemClock.now().getTime() - days * DAY_MS);
  return {
    events: before(retention.events),
    access: before(retention.access),
    values: before(retention.values),
  };
}

function tell(verdict: Verdict): void {
  if (!verdict.ok) {
    const { message, index, event } = verdict.fault;
    print(t`NOT VERIFIED: ${message}`);
    if (index !== undefined)
      print(
        event === undefined
          ? t`First wrong entry: ${index}`
          : t`First wrong entry: ${index} (event ${event})`,
      );
    return;
  }
  const { origin, size, root, events, witnesses, anchors } = verdict.verified;
  print(t`Verified: ${origin}, ${size} entries, root ${root}`);
  print(
    t`  Events compared with their entries: ${events.compared}; expired: ${events.expired}, values expired: ${events.withoutValues}`,
  );
  print(t`  Anchors: ${anchors}; witnesses of the policy: ${witnesses.join(", ") || t("none")}`);
}
