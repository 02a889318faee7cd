import type { Secret } from "../../core/secret.ts";
import type { Role } from "../auth/roles.ts";

/** The identity provider by which people sign in to the dashboard, of OIDC_…. */
export interface OidcSettings {
  /** As the provider writes it in `iss`: one tenant. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** The claim of the ID token with the roles: a name, or a path of names with dots. */
  readonly rolesClaim: string;
  /** Their word → our role. When it is unset, their words are ours. */
  readonly roleNames?: ReadonlyMap<string, Role>;
}

const TENANT = /^\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/v2\.0\/?$/i;

/** The tenant that an issuer of Entra's form names, https://HOST/TENANT/v2.0; undefined for others. */
export const tenantOf = (issuer: string): string | undefined => TENANT.exec(new URL(issuer).pathname)?.[1]?.toLowerCase();

/** Hosts of Microsoft's clouds, where a path that names no tenant means everybody's. */
const SHARED_HOST =
  /^(login\.(microsoftonline\.com|microsoftonline\.us|partner\.microsoftonline\.cn|microsoft\.com|windows\.net)|sts\.windows\.net)$/;

/** Whether everybody who has an account anywhere could sign in. */
export const isOfEveryTenant = (issuer: string): boolean => SHARED_HOST.test(new URL(issuer).hostname) && tenantOf(issuer) === undefined;
