import { CannotStart } from "../../core/errors.ts";
import { policyAdvice } from "../../policy/advice.ts";
import { unknownSources } from "../../store/people/recomputation.ts";
import { pinOrganisation } from "../../store/target/organisation.ts";
import type { DingTalkConfig } from "../../targets/dingtalk/config.ts";
import { TARGET } from "../../targets/target-name.ts";
import type { AppContext, SyncComponents } from "../components.ts";

/** Every start must have the organisation of the first start. */
export async function requireSameOrganisation(
  { pool }: AppContext,
  { corpId }: DingTalkConfig,
): Promise<void> {
  const pinned = await pinOrganisation(pool, TARGET, corpId);
  if (pinned === corpId) return;
  throw new CannotStart([
    `this directory belongs to the DingTalk organisation ${pinned}; DINGTALK_CORP_ID names another one`,
  ]);
}

/** Warns about rules that are allowed but rarely intended. */
export async function giveAdvice(
  { pool, logger }: AppContext,
  { mapping, policy }: SyncComponents,
): Promise<void> {
  for (const { text, remedy } of policyAdvice(policy, mapping.settings))
    logger.warn({ target: TARGET, remedy }, text);
  for (const source of await unknownSources(pool, mapping.sources))
    logger.warn(
      { source, remedy: "dingtalk-scim source list shows the existing ones" },
      "the mapping file names a source that does not exist",
    );
}
