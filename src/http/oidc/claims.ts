import { isRole, type Role } from "../auth/roles.ts";
import { type OidcSettings, tenantOf } from "./settings.ts";

/** The identity from an ID token whose signature, issuer, audience, nonce and times were checked. */
export interface Person {
  /** The claim `sub`: unique for each person and client. */
  readonly subject: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** Time of the authentication at the provider. Undefined: not known. */
  readonly authenticatedAt?: Date;
}

export type PersonReading =
  | { readonly kind: "person"; readonly person: Person }
  | {
      readonly kind: "refused";
      readonly code: "oidcTenant" | "oidcNoRole" | "oidcToken";
      readonly reason?: string;
    };

type Claims = Readonly<Record<string, unknown>>;

/**
 * `sub` of OpenID Connect Core 1.0 has at most 255 ASCII characters. Spaces are refused here, because it is
 * part of a name in the history.
 */
const SUBJECT = /^[\x21-\x7e]{1,255}$/;
const MAX_NAME = 200;

export function personOf(
  claims: Claims,
  settings: Pick<OidcSettings, "issuer" | "rolesClaim" | "roleNames">,
): PersonReading {
  const tenant = tenantOf(settings.issuer);
  if (tenant !== undefined && String(claims["tid"]).toLowerCase() !== tenant)
    return { kind: "refused", code: "oidcTenant" };
  const { sub } = claims;
  if (typeof sub !== "string" || !SUBJECT.test(sub))
    return { kind: "refused", code: "oidcToken", reason: "the ID token has no subject that can be used" };
  const roles = rolesIn(claims, settings);
  if (roles.length === 0) return { kind: "refused", code: "oidcNoRole" };
  const { auth_time: at } = claims;
  return {
    kind: "person",
    person: {
      subject: sub,
      name: nameIn(claims) ?? sub,
      roles,
      ...(typeof at === "number" && Number.isFinite(at) && at > 0
        ? { authenticatedAt: new Date(at * 1_000) }
        : {}),
    },
  };
}

function rolesIn(
  claims: Claims,
  { rolesClaim, roleNames }: Pick<OidcSettings, "rolesClaim" | "roleNames">,
): readonly Role[] {
  const value = valueAt(claims, rolesClaim);
  const words = (Array.isArray(value) ? value : [value]).filter(
    (word): word is string => typeof word === "string",
  );
  const roles = words.flatMap((word) => (roleNames ? (roleNames.get(word) ?? []) : isRole(word) ? word : []));
  return [...new Set(roles)];
}

/** The claim with this name, otherwise the value at a path of names (`realm_access.roles`). */
function valueAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Claims)[name];
  }
  return value;
}

function nameIn(claims: Claims): string | undefined {
  for (const claim of ["name", "preferred_username", "email"]) {
    const value = claims[claim];
    // Removes characters that PostgreSQL cannot store, and a surrogate half at the cut.
    const name =
      typeof value === "string"
        ? value
            .slice(0, MAX_NAME)
            .replaceAll(/[\p{Cc}\p{Cs}]/gu, "")
            .trim()
        : "";
    if (name !== "") return name;
  }
  return undefined;
}
