import type { Secret } from "../../core/secrets/secret.ts";
import type { Role } from "../auth/roles.ts";

/** The identity provider for the dashboard, from OIDC_…. */
export interface OidcSettings {
  /** Exactly as in the claim `iss`: one tenant. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** The claim of the ID token with the roles: a name, or a path of names with dots. */
  readonly rolesClaim: string;
  /** Maps the provider's names to our roles. Unset: the names are equal. */
  readonly roleNames?: ReadonlyMap<string, Role>;
}

const TENANT = /^\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/v2\.0\/?$/i;

/** The tenant in an issuer of Entra's form, https://HOST/TENANT/v2.0. Undefined for other issuers. */
export const tenantOf = (issuer: string): string | undefined =>
  TENANT.exec(new URL(issuer).pathname)?.[1]?.toLowerCase();

/** Hosts of Microsoft's clouds. There an issuer without a tenant accepts the accounts of all tenants. */
const SHARED_HOST =
  /^(login\.(microsoftonline\.com|microsoftonline\.us|partner\.microsoftonline\.cn|microsoft\.com|windows\.net)|sts\.windows\.net)$/;

/** Whether people of all tenants could sign in. */
export const isOfEveryTenant = (issuer: string): boolean =>
  SHARED_HOST.test(new URL(issuer).hostname) && tenantOf(issuer) === undefined;
