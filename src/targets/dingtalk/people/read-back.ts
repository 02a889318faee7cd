import type { WriteContext } from "../../../reconcile/target.ts";
import { TargetError, type Written } from "../../../reconcile/target-failures.ts";
import {
  type Actual,
  type Attributes,
  type AttributeValue,
  DIFFERED,
  KEPT,
  type Note,
} from "../../../reconcile/target-values.ts";
import { recall } from "../attributes/recall.ts";
import type { Reason, Rule } from "../attributes/rule.ts";
import { differences } from "../client/operation.ts";

interface Kind {
  readonly kind: "user" | "department";
  update(actual: Actual, set: Attributes, context: WriteContext): Promise<Written>;
  read(
    remoteId: string,
    context: WriteContext,
  ): Promise<{ readonly actual: Actual | undefined; readonly calls: Written["calls"] }>;
}

/**
 * Attributes for which DingTalk's own value is never accepted. Lists by department also have entries that
 * nobody asked for.
 */
const NEVER_LEFT = new Set(
  "departments mainDepartment manager managers roles parent departmentTitles departmentOrders exclusive_account_type".split(
    " ",
  ),
);

const pairOf = (sent: AttributeValue, shown: AttributeValue | undefined): string =>
  JSON.stringify([sent, shown ?? null]);

/**
 * Updates, and reads the doubtful attributes again. DingTalk accepts some values and then ignores or changes
 * them, and its answer does not say so (docs/dingtalk.md 5.2). A comparison finds such attributes. When one
 * of them is sent again, it is read again once. This shows whether DingTalk changed the value or an
 * administrator did. It costs one more call, and only for these attributes.
 */
export async function updateAndLook(
  things: Kind,
  actual: Actual,
  set: Attributes,
  context: WriteContext,
): Promise<Written> {
  const written = await things.update(actual, set, context);
  const sent = doubtful(actual, set, written);
  if (Object.keys(sent).length === 0) return written;
  const seen = await look(things, written.remoteId, context);
  if (!seen?.actual) return written;
  // DingTalk accepts a custom field that does not exist, and does not store it.
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
    notes: [
      ...written.notes,
      ...kept.map(([attribute]): Note => ({ attribute, code: KEPT_OTHERWISE[0], text: KEPT_OTHERWISE[1] })),
    ],
  };
}

/** Attributes that the last comparison found to differ, and that this update has sent. */
function doubtful(actual: Actual, set: Attributes, written: Written): Attributes {
  const differed = actual.attributes[DIFFERED];
  if (!Array.isArray(differed)) return {};
  const names = differed.filter((name) => set[name] !== undefined && !NEVER_LEFT.has(name));
  const sent: Attributes = Object.fromEntries(names.map((name) => [name, set[name] ?? null]));
  // A refused value already has a note or a reason.
  const refused = differences(sent, written.attributes);
  return Object.fromEntries(Object.entries<AttributeValue>(sent).filter(([name]) => !(name in refused)));
}

/**
 * The update is done, so a failure of this read is no failure of the update. The next comparison finds the
 * difference again.
 */
async function look(
  { read }: Kind,
  remoteId: string,
  context: WriteContext,
): Promise<Awaited<ReturnType<Kind["read"]>> | undefined> {
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

/** A value that DingTalk has changed stays, as long as neither side changes. */
export const keptOtherwise: Rule = (attributes, actual) =>
  Object.entries(attributes)
    .filter(([name, value]) => actual?.attributes[KEPT + name] === pairOf(value, actual?.attributes[name]))
    .map(([name]) => [name, KEPT_OTHERWISE] as const);
