import { isUuid } from "../../core/id.ts";
import { isStorableText } from "../../core/text/storable-text.ts";
import { type DecidedTrust, decidedTrust, exactText } from "../../http/auth/federation/new-trust.ts";
import { isRole, ROLES, type Role } from "../../http/auth/roles.ts";
import { isScope, SCOPES, type Scope } from "../../http/auth/scopes.ts";
import { InvalidParameter } from "../query-values.ts";
import { fieldsOf } from "../requests.ts";

/* Bodies of requests that create access. Each reader throws InvalidParameter with the expected form. */

/** Maximum lifetime of a token. */
export const MOST_DAYS = 366;
const MAX_NAME = 200;
const MAX_REASON = 500;
/** Longer than any address or id of an identity provider. */
const MAX_EXACT = 500;
const MAX_AUDIENCES = 10;

interface Given {
  readonly name: string;
  /** Name of the source. */
  readonly source: string;
  readonly scopes: readonly Scope[];
}

export function tokenIn(body: unknown): Given & { readonly days: number } {
  const { name, source = "default", scopes, days = MOST_DAYS, ...more } = fieldsOf(body) ?? {};
  const isDays = typeof days === "number" && Number.isInteger(days) && days >= 1 && days <= MOST_DAYS;
  if (
    isText(name, MAX_NAME) &&
    isText(source, MAX_NAME) &&
    areScopes(scopes) &&
    isDays &&
    Object.keys(more).length === 0
  )
    return { name: name.trim(), source, scopes: [...new Set(scopes)], days };
  throw new InvalidParameter(
    `the body must be {"name": "<text>", "scopes": [some of ${SCOPES.join(", ")}]}, and may hold "source" and "days" (1 to ${MOST_DAYS})`,
  );
}

export function linkIn(body: unknown): { readonly role: Role; readonly reason: string } {
  const { role, reason } = fieldsOf(body) ?? {};
  if (typeof role === "string" && isRole(role) && isText(reason, MAX_REASON))
    return { role, reason: reason.trim() };
  throw new InvalidParameter(`the body must be {"role": "<${ROLES.join(", ")}>", "reason": "<why>"}`);
}

export function trustIn(body: unknown): Given & { readonly decided: DecidedTrust } {
  const {
    name,
    source = "default",
    scopes = ["provision"],
    tenantId,
    subject,
    audiences,
    issuer,
    jwksUrl,
    ...more
  } = fieldsOf(body) ?? {};
  const [sub, iss, keys] = [exact(subject), exact(issuer), exact(jwksUrl)];
  const auds = Array.isArray(audiences) && audiences.length <= MAX_AUDIENCES ? audiences.map(exact) : [];
  const isWhole =
    isText(name, MAX_NAME) && isText(source, MAX_NAME) && areScopes(scopes) && Object.keys(more).length === 0;
  const isExact = sub !== undefined && auds.length > 0 && auds.every((each) => each !== undefined);
  const isMeant =
    (issuer === undefined || iss !== undefined) && (jwksUrl === undefined || keys !== undefined);
  if (isWhole && isExact && isMeant && typeof tenantId === "string" && isUuid(tenantId.trim())) {
    const stated = { tenantId: tenantId.trim(), subject: sub, audiences: auds };
    const decided = decidedTrust({
      ...stated,
      ...(iss === undefined ? {} : { issuer: iss }),
      ...(keys === undefined ? {} : { jwksUrl: keys }),
    });
    return { name: name.trim(), source, scopes: [...new Set(scopes)], decided };
  }
  throw new InvalidParameter(
    `the body must be {"name": "<text>", "tenantId": "<UUID>", "subject": "<text>", "audiences": [1 to ${MAX_AUDIENCES} texts]}, the texts without blanks, and may hold "issuer", "jwksUrl", "source" and "scopes"`,
  );
}

const areScopes = (scopes: unknown): scopes is readonly Scope[] =>
  Array.isArray(scopes) &&
  scopes.length > 0 &&
  scopes.every((scope) => typeof scope === "string" && isScope(scope));

const isText = (value: unknown, most: number): value is string =>
  typeof value === "string" && value.trim() !== "" && value.length <= most && isStorableText(value);

const exact = (value: unknown): string | undefined =>
  isText(value, MAX_EXACT) ? exactText(value) : undefined;
