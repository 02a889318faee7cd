import { readDirectory } from "../server/directory.ts";
import { type Adoption, acceptTier, adoptionsIn, decide } from "./operator.ts";
import type { Stage } from "./stage.ts";

/**
 * Accepts the tiers 1 to 4 as a whole, and decides about the other proposals one by one, with the knowledge
 * of the right person.
 */
export async function adopt(stage: Stage): Promise<readonly string[]> {
  const { http } = stage;
  const lines: string[] = [];
  const proposed = await adoptionsIn(http, "proposed");
  for (const tier of [1, 2, 3, 4]) {
    const at = proposed.filter((each) => each.tier === tier);
    if (at.length === 0) continue;
    await acceptTier(http, tier, at.length);
    lines.push(`tier ${tier}: ${at.length} accepted`);
  }
  const accounts = accountsByUserid(stage);
  const isRight = ({ kind, ours, theirs }: Adoption): boolean =>
    kind !== "user" || accounts.get(theirs) === ours;
  const left = [...(await adoptionsIn(http, "proposed")), ...(await adoptionsIn(http, "ambiguous"))];
  const [right, wrong] = [left.filter(isRight), left.filter((each) => !isRight(each))];
  for (const each of wrong) await decide(http, each, "reject");
  for (const each of right) await decide(http, each, "accept");
  if (left.length > 0) lines.push(`one by one: ${right.length} accepted, ${wrong.length} rejected`);
  return lines;
}

/** Id of the person in the directory, by the userid of their account. */
function accountsByUserid({ company, memory }: Stage): ReadonlyMap<string, string> {
  return new Map(
    company.accounts.flatMap(({ userid, whose }) =>
      whose === undefined ? [] : [[userid, memory.users.get(whose)!.id] as const],
    ),
  );
}

export async function wrongLinks(stage: Stage): Promise<readonly string[]> {
  const { remoteIds } = await readDirectory(stage.http);
  const linked = new Map([...remoteIds].map(([id, remoteId]) => [remoteId, id]));
  return [...accountsByUserid(stage)]
    .filter(([userid, id]) => linked.get(userid) !== id)
    .map(([userid]) => `${userid} is linked with ${linked.get(userid) ?? "nobody"}`);
}
