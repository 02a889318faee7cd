import type { EntityRef } from "../../../core/entity.ts";
import { type Refused, TargetConflict, TargetError } from "../../../reconcile/target-failures.ts";
import type { Actual, Attributes, AttributeValue } from "../../../reconcile/target-values.ts";
import { isObject } from "../client/answers/answer.ts";
import { API } from "../client/apis.ts";
import type { Session } from "../client/client.ts";
import { withHolder } from "../client/operation.ts";
import { textOrUndefined } from "../client/wire-values.ts";

/* Values that another account has. DingTalk's answer does not always name the account. */

/**
 * If the conflict is with a person under our own id, that person is ours. Otherwise another account has the
 * value.
 */
export async function ownOrConflict(
  session: Session,
  ref: EntityRef,
  attributes: Attributes,
  conflict: TargetConflict,
  read: () => Promise<Actual | undefined>,
): Promise<Actual> {
  const own = conflict.heldBy === undefined || conflict.heldBy === ref.id ? await read() : undefined;
  if (own) return own;
  if (conflict.heldBy !== undefined || conflict.attribute !== "mobile") throw conflict;
  throw withHolder(conflict, await holderOf(session, attributes.mobile));
}

async function holderOf(session: Session, mobile: AttributeValue | undefined): Promise<string | undefined> {
  if (typeof mobile !== "string") return undefined;
  try {
    const { result } = await session.call(API.userByMobile, { mobile });
    return isObject(result) ? textOrUndefined(result.userid) : undefined;
  } catch (error) {
    // The holder is only information for the operator. The conflict stays without it, and the call is
    // recorded.
    if (error instanceof TargetError) return undefined;
    throw error;
  }
}

/** Adds the holder of a taken number, which DingTalk's answer does not always name. */
export async function named(session: Session, refused: Refused): Promise<Refused> {
  const { attribute, value, error } = refused;
  if (attribute !== "mobile" || !(error instanceof TargetConflict) || error.heldBy !== undefined)
    return refused;
  return { attribute, value, error: withHolder(error, await holderOf(session, value)) };
}
