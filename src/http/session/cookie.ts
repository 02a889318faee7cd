import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

/*
 * The cookie of a session has 256 random bits and nothing else. Over https it has the prefix `__Host-` and
 * the attribute Secure, so no other host and no plain connection can set or read it (RFC 6265bis
 * section 4.1.3). Over plain http browsers would refuse both.
 */

export interface SecretCookie {
  /** The secret in the request's cookie, if there is one. */
  read(req: IncomingMessage): string | undefined;
  write(res: ServerResponse, secret: string, maxAgeSeconds: number): void;
  clear(res: ServerResponse): void;
}

const SECRET_FORM = /^[\w-]{43}$/;

/** `publicUrl`: the address of this server for browsers. */
export const createSessionCookie = (publicUrl: string): SecretCookie =>
  createSecretCookie(publicUrl, { name: "dingtalk-scim", form: SECRET_FORM, sameSite: "Strict" });

export interface CookieOptions {
  readonly name: string;
  /** The form of a value. Other values are ignored. */
  readonly form: RegExp;
  /** `Lax` if the cookie is needed on navigation from another site. */
  readonly sameSite: "Strict" | "Lax";
}

export function createSecretCookie(
  publicUrl: string,
  { name: plainName, form, sameSite }: CookieOptions,
): SecretCookie {
  const isSecure = publicUrl.startsWith("https:");
  const name = `${isSecure ? "__Host-" : ""}${plainName}`;
  const attributes = `; Path=/; HttpOnly; SameSite=${sameSite}${isSecure ? "; Secure" : ""}`;
  return {
    read(req) {
      const found = (req.headers.cookie ?? "").split(";").find((pair) => pair.trim().startsWith(`${name}=`));
      const secret = found?.trim().slice(name.length + 1);
      return secret !== undefined && form.test(secret) ? secret : undefined;
    },
    write: (res, secret, maxAgeSeconds) =>
      res.appendHeader("Set-Cookie", `${name}=${secret}; Max-Age=${maxAgeSeconds}${attributes}`),
    clear: (res) => res.appendHeader("Set-Cookie", `${name}=; Max-Age=0${attributes}`),
  };
}

export const makeSecret = (): string => randomBytes(32).toString("base64url");

/**
 * Derived from the secret, which scripts cannot read. Only the answer of `GET /auth/session` has it, and only
 * our own pages can read this answer.
 */
export const csrfTokenOf = (secret: string): string => hash("sha256", `csrf ${secret}`, "base64url");

export function isCsrfTokenOf(secret: string, token: unknown): boolean {
  const [given, right] = [
    Buffer.from(typeof token === "string" ? token : ""),
    Buffer.from(csrfTokenOf(secret)),
  ];
  return given.length === right.length && timingSafeEqual(given, right);
}
