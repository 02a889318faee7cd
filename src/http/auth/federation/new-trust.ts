import type { TrustRecord } from "../../ports.ts";

/* The input for a trusted workload, and the trust derived from it. Pure. */

/** The values that Entra ID shows. Absent ones have the defaults of Microsoft's global cloud. */
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

/** Ids are UUIDs in lower case. All other texts are exact. */
export function decidedTrust({ tenantId, subject, audiences, ...stated }: StatedTrust): DecidedTrust {
  const tenant = tenantId.toLowerCase();
  const { issuer = `${ENTRA}/${tenant}/v2.0`, jwksUrl = `${ENTRA}/${tenant}/discovery/v2.0/keys` } = stated;
  return { issuer, subject, audiences: [...new Set(audiences.flatMap(formsOf))], tenantId: tenant, jwksUrl };
}

/** The text without outer blanks, which come from copying. Undefined: it is empty, or has blanks inside. */
export function exactText(text: string): string | undefined {
  const value = text.trim();
  return value === "" || /\s/.test(value) ? undefined : value;
}

const SCOPE_SUFFIX = /\/\.default$/;

/**
 * Entra's portal shows an audience with the suffix /.default, and assertions have it without. Both forms are
 * accepted.
 */
const formsOf = (audience: string): readonly string[] => [audience, audience.replace(SCOPE_SUFFIX, "")];
