import {
  TargetDependency,
  TargetError,
  TargetRejected,
  type Written,
} from "../../../reconcile/target-failures.ts";
import {
  type Actual,
  type Attributes,
  type AttributeValue,
  isEmpty,
  listOf,
  type Note,
} from "../../../reconcile/target-values.ts";
import { meaningOf } from "../client/answers/codes.ts";
import { NO_FEATURE } from "../client/answers/meaning.ts";
import type { Session } from "../client/client.ts";
import { noteOf } from "../client/operation.ts";
import type { Sent } from "./parts.ts";
import { changeRoles } from "./role-members.ts";

/* What a write of a person comes to: the stored values, notes, refused values, or an error that says more. */

/**
 * The result of a write. A mobile number that the person alone can change is stored as refused, so that it is
 * not sent again. This number, and a reference to an object that does not exist, become notes. Other refused
 * values are returned, and the loop stores them.
 */
export function written(
  session: Session,
  before: Pick<Actual, "remoteId" | "attributes" | "presence">,
  { taken, refused }: Sent,
): Written {
  const noted = refused.filter(
    ({ attribute, error }) =>
      error instanceof TargetDependency || (attribute === "mobile" && isLocked(error)),
  );
  const number = noted.find(({ attribute }) => attribute === "mobile");
  return {
    remoteId: before.remoteId,
    presence: before.presence,
    attributes: {
      ...before.attributes,
      ...taken,
      ...(number?.error.answer === "41054" ? { activated: true } : {}),
      ...(number ? { mobile_refused: number.value } : {}),
    },
    notes: noted.map(({ attribute, error }) => noteOf(attribute, error)),
    refused: refused.filter((one) => !noted.includes(one)),
    calls: session.calls,
  };
}

const isLocked = ({ answer }: TargetError): boolean => meaningOf(answer).kind === "locked";

export const notCarried = (attribute: string): Note => ({
  attribute,
  code: "notSent",
  text: "DingTalk cannot change this for an existing person; remove the person and add them again, or change it in DingTalk",
});

/**
 * Changes the roles of a person who exists. A refused role becomes a note and does not fail the create or
 * update.
 */
export async function withRoles(
  session: Session,
  done: Written,
  requested: AttributeValue,
  had: AttributeValue | undefined,
): Promise<Written> {
  try {
    await changeRoles(session, done.remoteId, listOf(requested), listOf(had ?? []));
    return { ...done, attributes: { ...done.attributes, roles: requested }, calls: session.calls };
  } catch (error) {
    if (!(error instanceof TargetError) || error.retry.kind !== "never") throw error;
    return {
      ...done,
      attributes: { ...done.attributes, roles: had ?? [] },
      notes: [...done.notes, noteOf("roles", error)],
      calls: session.calls,
    };
  }
}

/** If only a reference was to be sent and its object does not exist, the person has to wait for it. */
export function onlyDependencies({ taken, refused }: Sent): void {
  const [first] = refused;
  if (first?.error instanceof TargetDependency && Object.keys(taken).length === 0) throw first.error;
}

/**
 * The code 400002 has many meanings. For an enterprise account it can only mean that the organisation may not
 * have such accounts.
 */
export function explained(error: unknown, attributes: Attributes): unknown {
  const vague = error instanceof TargetRejected && error.answer === "400002" && error.attribute === undefined;
  if (!vague || isEmpty(attributes.exclusive_account_type)) return error;
  const { reason, says, remedy = "", attribute } = NO_FEATURE;
  return new TargetRejected(
    `the account was refused with 400002: ${says}`,
    { answer: "400002", reasonCode: reason, remedy, attribute },
    { cause: error },
  );
}
