import type { JsonObject } from "../core/entity.ts";
import type { EventCode, HistoryEvent } from "../history/event.ts";

/*
 * Events about people and groups by RFC 9967, for security event tokens (RFC 8417). Notices only: the names
 * of changed attributes, never their values.
 */

const PREFIX = "urn:ietf:params:scim:event:prov:";

type Notice = "create:notice" | "patch:notice" | "delete" | "activate" | "deactivate";

/** RFC 9967 sections 2.4.1 to 2.4.6. A change of members is a patch of the group. */
const NOTICES: Partial<Readonly<Record<EventCode, readonly Notice[]>>> = {
  "user.created": ["create:notice"],
  "user.updated": ["patch:notice"],
  "user.activated": ["activate", "patch:notice"],
  "user.deactivated": ["deactivate", "patch:notice"],
  "user.deleted": ["delete"],
  "group.created": ["create:notice"],
  "group.updated": ["patch:notice"],
  "group.members": ["patch:notice"],
  "group.deleted": ["delete"],
};

/** The content of a token, except issuer, audience and time. */
export interface SecurityEvent {
  /** The same at every delivery. */
  readonly id: string;
  /** The same for all events of one request. */
  readonly transaction: string;
  /** Relative to the base address of SCIM. */
  readonly uri: string;
  readonly events: Readonly<Record<string, JsonObject>>;
}

/** Undefined: not an event about a person or a group. */
export function securityEventOf({
  id,
  code,
  requestId,
  subject,
  changes,
}: HistoryEvent): SecurityEvent | undefined {
  const notices = NOTICES[code];
  if (!notices || !subject) return undefined;
  const attributes = code === "group.members" ? ["members"] : Object.keys(changes ?? {});
  return {
    id,
    transaction: requestId ?? id,
    uri: `/${subject.kind === "group" ? "Groups" : "Users"}/${subject.id}`,
    events: Object.fromEntries(
      notices.map((notice) => [`${PREFIX}${notice}`, notice.endsWith(":notice") ? { attributes } : {}]),
    ),
  };
}

export const isSecurityEvent = (event: HistoryEvent): boolean => securityEventOf(event) !== undefined;
