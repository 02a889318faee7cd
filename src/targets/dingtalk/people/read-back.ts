import type { WriteContext } from "../../../reconcile/target.ts";
import { TargetError, type Written } from "../../../reconcile/target-failures.ts";
import { type Actual, type Attributes, type AttributeValue, DIFFERED, type Note } from "../../../reconcile/target-values.ts";
import { recall } from "../attributes/recall.ts";
import type { Reason, Rule } from "../attributes/rule.ts";
import { differences } from "../client/operation.ts";

interface Kind {
  readonly kind: "user" | "department";
  update(actual: Actual, set: Attributes, context: WriteContext): Promise<Written>;
  read(remoteId: string, context: WriteContext): Promise<{ readonly actual: Actual | undefined; readonly calls: Written["calls"] }>;
}

/** Where somebody is and who leads whom is never left as DingTalk has it; lists per department hold entries nobody asked for. */
const NEVER_LEFT = new Set(
  "departments mainDepartment manager managers roles parent departmentTitles departmentOrders exclusive_account_type".split(" "),
);

/** Remembered beside an attribute: the value we sent, and what DingTalk shows instead. */
const KEPT = "kept.";

const pairOf = (sent: AttributeValue, shown: AttributeValue | undefined): string => JSON.stringify([sent, shown ?? null]);

/**
 * An update that looks afterwards. DingTalk accepts values that it ignores, chooses by itself or turns into something else (docs/dingtalk.md 5.2), and
 * nothing in the answer says so. A comparison finds them; what it found and is sent again is read back, which tells an administrator's change from DingTalk's own
 * way. One call more, for those only.
 */
export async function updateAndLook(things: Kind, actual: Actual, set: Attributes, context: WriteContext): Promise<Written> {
  const written = await things.update(actual, set, context);
  const sent = doubtful(actual, set, written);
  if (Object.keys(sent).length === 0) return written;
  const seen = await look(things, written.remoteId, context);
  if (!seen?.actual) return written;
  // A custom field that does not exist is accepted, but not stored.
  const shown = { ...recall(things.kind, sent, seen.actual.attributes), ...seen.actual.attributes };
  const kept = Object.entries(differences(sent, shown));
  const remembered = kept.flatMap(([name, value]) => [
    [name, shown[name] ?? null] as const,
    [KEPT + name, pairOf(value, shown[name])] as const,
  ]);
  return {
    ...written,
    attributes: { ...written.attributes, [DIFFERED]: null, ...Object.fromEntries(remembered) },
    calls: [...written.calls, ...seen.calls],
    notes: [...written.notes, ...kept.map(([attribute]): Note => ({ attribute, code: KEPT_OTHERWISE[0], text: KEPT_OTHERWISE[1] }))],
  };
}

/** What a comparison has found otherwise than remembered, and the update has sent. */
function doubtful(actual: Actual, set: Attributes, written: Written): Attributes {
  const differed = actual.attributes[DIFFERED];
  if (!Array.isArray(differed)) return {};
  const names = differed.filter((name) => set[name] !== undefined && !NEVER_LEFT.has(name));
  const sent: Attributes = Object.fromEntries(names.map((name) => [name, set[name] ?? null]));
  // What was refused has a note or a reason of its own.
  const refused = differences(sent, written.attributes);
  return Object.fromEntries(Object.entries<AttributeValue>(sent).filter(([name]) => !(name in refused)));
}

/** The update is done whatever becomes of this: it is doubted again at the next comparison. */
async function look({ read }: Kind, remoteId: string, context: WriteContext): Promise<Awaited<ReturnType<Kind["read"]>> | undefined> {
  try {
    return await read(remoteId, context);
  } catch (error) {
    if (error instanceof TargetError) return undefined;
    throw error;
  }
}

const KEPT_OTHERWISE: Reason = [
  "keptOtherwise",
  "DingTalk accepted the value and shows another one; it is sent again when it changes here or there",
];

/** What DingTalk has made of a value stays, as long as neither of both changes. */
export const keptOtherwise: Rule = (attributes, actual) =>
  Object.entries(attributes)
    .filter(([name, value]) => actual?.attributes[KEPT + name] === pairOf(value, actual?.attributes[name]))
    .map(([name]) => [name, KEPT_OTHERWISE] as const);
