import { createHash } from "node:crypto";

/** Lifetime of an app's token (docs/dingtalk.md 2.1). */
export const TOKEN_SECONDS = 7_200;

export interface Tokens {
  /**
   * The access token of the app. While it is valid, the same token is returned, valid for another 7,200 s
   * from now.
   */
  issue(appKey: string, nowMs: number): string;
  /** The app key of a valid token. Undefined for an unknown or expired token. */
  owner(token: string, nowMs: number): string | undefined;
}

export function createTokens(seed: string): Tokens {
  const current = new Map<string, { token: string; untilMs: number }>();
  const owners = new Map<string, string>();
  let issued = 0;
  return {
    issue(appKey, nowMs) {
      const known = current.get(appKey);
      if (known && nowMs < known.untilMs) {
        known.untilMs = nowMs + TOKEN_SECONDS * 1_000;
        return known.token;
      }
      if (known) owners.delete(known.token);
      issued += 1;
      const token = createHash("md5").update(`${seed}\n${appKey}\n${issued}`).digest("hex");
      current.set(appKey, { token, untilMs: nowMs + TOKEN_SECONDS * 1_000 });
      owners.set(token, appKey);
      return token;
    },
    owner(token, nowMs) {
      const appKey = owners.get(token);
      if (appKey === undefined) return undefined;
      return nowMs < (current.get(appKey)?.untilMs ?? 0) ? appKey : undefined;
    },
  };
}
