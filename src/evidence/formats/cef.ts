import type { LoggedEvent } from "../../history/event.ts";
import { type Format, lines } from "./format.ts";

/*
 * ArcSight Common Event Format, version 0: a header of seven fields and an extension of `key=value`. A line
 * has the names of changed attributes and never their values, because such lines are copied to many logs.
 */

/** A backslash escapes the characters that would end a field. */
const inHeader = (text: string): string =>
  text.replaceAll(/[\\|]/g, (sign) => `\\${sign}`).replaceAll(/[\r\n]+/g, " ");
const inValue = (text: string): string =>
  text
    .replaceAll(/[\\=]/g, (sign) => `\\${sign}`)
    .replaceAll("\r", "\\r")
    .replaceAll("\n", "\\n");

export const cefFormat = (version: string): Format => ({
  contentType: "text/plain; charset=utf-8",
  extension: "cef",
  write: (pages) => lines(pages, (event) => cefLine(event, version)),
});

export function cefLine(event: LoggedEvent, version: string): string {
  const { id, at, code, actor, requestId, subject, target, attempt, outcome, changes } = event;
  const fields: readonly (readonly [string, string | undefined])[] = [
    ["rt", String(at.getTime())],
    ["externalId", id],
    ["suid", actor],
    ["duid", subject?.id],
    ["deviceCustomString1Label", requestId && "requestId"],
    ["deviceCustomString1", requestId],
    ["deviceCustomString2Label", changes && "attributes"],
    ["deviceCustomString2", changes && Object.keys(changes).join(" ")],
    ["deviceCustomString3Label", subject && "kind"],
    ["deviceCustomString3", subject?.kind],
    ["deviceCustomNumber1Label", attempt === undefined ? undefined : "attempt"],
    ["deviceCustomNumber1", attempt === undefined ? undefined : String(attempt)],
    ["destinationServiceName", target],
    ["outcome", outcome],
  ];
  const extension = fields
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${inValue(value)}`]))
    .join(" ");
  const header = [
    "CEF:0",
    "dingtalk-scim",
    "dingtalk-scim",
    inHeader(version),
    inHeader(code),
    inHeader(code),
    severityOf(event),
  ];
  return `${header.join("|")}|${extension}`;
}

/** From 0 (low) to 10 (high). */
export function severityOf({ code, outcome }: Pick<LoggedEvent, "code" | "outcome">): number {
  if (outcome === "refused" || outcome === "unknown") return 6;
  if (code.startsWith("hold.") || code === "database.restored" || code === "access.refused") return 6;
  if (/^(token|trust|link|source|session|operator|mode|mapping|policy)\./.test(code)) return 4;
  return 2;
}
