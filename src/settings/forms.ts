import { isIP } from "node:net";
import { CHANNEL_NAMES, type ChannelName } from "../alerts/channels/channel.ts";
import { isRole, type Role } from "../http/auth/roles.ts";

/* Checks of the form of values. */

export function isHost(value: string): boolean {
  return (
    isIP(value) !== 0 ||
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i.test(value)
  );
}

export function isOrigin(value: string): boolean {
  return isBaseAddress(value) && new URL(value).pathname === "/";
}

export function isBaseAddress(value: string): boolean {
  return isHttpAddress(value) && !value.includes("?");
}

/** An http or https address without user, password and fragment. */
export function isHttpAddress(value: string): boolean {
  if (!URL.canParse(value) || value.includes("#")) return false;
  const { protocol, username, password } = new URL(value);
  return (protocol === "http:" || protocol === "https:") && username === "" && password === "";
}

/** An https address. Plain http is allowed only for this machine. */
export function isIssuer(value: string): boolean {
  if (!isBaseAddress(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === "https:" || hostname === "127.0.0.1" || hostname === "[::1]";
}

/**
 * Pairs of a name of the provider and a role of this program. A name may contain `=`. Undefined: a pair does
 * not have this form, or a name is repeated.
 */
export function roleNamesOf(value: string): ReadonlyMap<string, Role> | undefined {
  const names = new Map<string, Role>();
  for (const pair of listOf(value)) {
    const at = pair.lastIndexOf("=");
    const [theirs, ours] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    if (at < 1 || theirs === "" || !isRole(ours) || names.has(theirs)) return undefined;
    names.set(theirs, ours);
  }
  return names.size === 0 ? undefined : names;
}

export function isSmtpUrl(value: string): boolean {
  return URL.canParse(value) && /^smtps?:$/.test(new URL(value).protocol) && new URL(value).hostname !== "";
}

/**
 * An e-mail address, alone or after a name. Line breaks are refused, because they would begin another header.
 */
export function isMailbox(value: string): boolean {
  return /^[^<>\p{Cc}]*<[^\s<>@,]+@[^\s<>@,]+>$|^[^\s<>@,]+@[^\s<>@,]+$/u.test(value.trim());
}

export const isChannelName = (value: string): value is ChannelName =>
  (CHANNEL_NAMES as readonly string[]).includes(value);

export function listOf(value: string): string[] {
  return value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

export function isDatabaseUrl(value: string): boolean {
  return URL.canParse(value) && /^postgres(ql)?:$/.test(new URL(value).protocol);
}

/**
 * Origins of host names, with https. Plain http is allowed only for this machine, and must be written out. IP
 * addresses are refused: no certificate names them.
 */
export function originsOf(value: string): (string | undefined)[] {
  return value.split(",").map((part) => {
    const entry = part.trim().toLowerCase();
    if (/^http:\/\/(127\.0\.0\.1|\[::1\])(:\d{1,5})?$/.test(entry))
      return URL.canParse(entry) ? new URL(entry).origin : undefined;
    const host = /^(.+?)(:\d{1,5})?$/.exec(entry)?.[1];
    const isName = host !== undefined && isHost(host) && isIP(host) === 0 && URL.canParse(`https://${entry}`);
    return isName ? new URL(`https://${entry}`).origin : undefined;
  });
}

/** The address in its normal form: host in lower case, no default port, no slash at the end. */
export function withoutSlash(value: string): string {
  return new URL(value).href.replace(/\/+$/, "");
}
