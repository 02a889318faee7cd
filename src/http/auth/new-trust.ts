import type { TrustRecord } from "../ports.ts";

/* The input for a trusted workload, and the trust derived from it. Pure. */

/** As Entra ID shows them. What is left out is that of Entra ID as Microsoft runs it for the world. */
export interface StatedTrust {
  /** The claim `tid`. */
  readonly tenantId: string;
  readonly subject: string;
  readonly audiences: readonly string[];
  readonly issuer?: string;
  readonly jwksUrl?: string;
}

export type DecidedTrust = Pick<TrustRecord, "issuer" | "subject" | "audiences" | "tenantId" | "jwksUrl">;

const ENTRA = "https://login.microsoftonline.com";

/** An id is a UUID in lower case, everything else an exact text. */
export function decidedTrust({ tenantId, subject, audiences, ...stated }: StatedTrust): DecidedTrust {
  const tenant = tenantId.toLowerCase();
  const { issuer = `${ENTRA}/${tenant}/v2.0`, jwksUrl = `${ENTRA}/${tenant}/discovery/v2.0/keys` } = stated;
  return { issuer, subject, audiences: [...new Set(audiences.flatMap(formsOf))], tenantId: tenant, jwksUrl };
}

/** A text without blanks, which come from copying; undefined where there is none, or blanks are within. */
export function exactText(text: string): string | undefined {
  const value = text.trim();
  return value === "" || /\s/.test(value) ? undefined : value;
}

const SCOPE_SUFFIX = /\/\.default$/;

/** Of an audience that ends in /.default, which is how Entra's portal shows it, the assertion carries the part before: both are taken. */
const formsOf = (audience: string): readonly string[] => [audience, audience.replace(SCOPE_SUFFIX, "")];
