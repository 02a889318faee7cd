import type { IncomingHttpHeaders } from "node:http";
import type { VersionCheck } from "../../directory/users.ts";

/*
 * Versions of resources (RFC 7644 section 3.14). A version counts the writes of a resource. Tags are weak,
 * because added values (groups of a person, display names of members) may differ between two answers with one
 * tag. Weak and strong tags are accepted.
 */

export const versionTag = (version: number): string => `W/"${version}"`;

/** The tag inside a JSON string. */
export const versionTagInJson = (version: number): string => `W/\\"${version}\\"`;

/** The versions that If-Match accepts. Undefined: any existing resource (no header, or `*`). */
export function versionCheck(ifMatch: string | undefined): VersionCheck | undefined {
  if (ifMatch === undefined || ifMatch.trim() === "*") return undefined;
  const tags = tagsIn(ifMatch);
  return (version) => tags.has(String(version));
}

/** Whether If-None-Match says that the client already has this version. */
export function isKnownVersion(ifNoneMatch: string | undefined, version: number): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.trim() === "*" || tagsIn(ifNoneMatch).has(String(version));
}

/**
 * The condition of a write on the stored version, from If-Match and If-None-Match (RFC 9110 sections 13.1.1
 * and 13.1.2).
 */
export function writeCheck(headers: IncomingHttpHeaders): VersionCheck | undefined {
  const wanted = versionCheck(headers["if-match"]);
  const unwanted = headers["if-none-match"];
  if (unwanted === undefined) return wanted;
  return (version) => wanted?.(version) !== false && !isKnownVersion(unwanted, version);
}

const TAG = /^(?:W\/)?"([^"]*)"$/;

/** The opaque parts of a comma-separated list; invalid entity tags match no version. */
function tagsIn(header: string): ReadonlySet<string> {
  const tags = header.split(",").map((tag) => TAG.exec(tag.trim())?.[1]);
  return new Set(tags.filter((tag) => tag !== undefined));
}
