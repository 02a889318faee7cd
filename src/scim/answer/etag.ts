import type { IncomingHttpHeaders } from "node:http";
import type { VersionCheck } from "../../directory/users.ts";

/*
 * Versions of resources (RFC 7644 section 3.14). A version counts the writes of a resource, so tags are weak: what the server adds on reading (the groups
 * of a person, the display names of members) may differ between two answers with one tag. Both the weak and the strong form are taken.
 */

export const versionTag = (version: number): string => `W/"${version}"`;

/** The same within a JSON string. */
export const versionTagInJson = (version: number): string => `W/\\"${version}\\"`;

/** The versions that If-Match accepts. Undefined: any existing resource (no header, or `*`). */
export function versionCheck(ifMatch: string | undefined): VersionCheck | undefined {
  if (ifMatch === undefined || ifMatch.trim() === "*") return undefined;
  const tags = tagsIn(ifMatch);
  return (version) => tags.has(String(version));
}

/** Whether If-None-Match says that the client has this version already. */
export function isKnownVersion(ifNoneMatch: string | undefined, version: number): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.trim() === "*" || tagsIn(ifNoneMatch).has(String(version));
}

/** What the headers of a write ask of the stored version: If-Match and If-None-Match (RFC 9110 sections 13.1.1 and 13.1.2). */
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
