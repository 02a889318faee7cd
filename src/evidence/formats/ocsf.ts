import type { LoggedEvent } from "../../history/event.ts";
import { severityOf } from "./cef.ts";
import { type Format, lines, plainEvent } from "./format.ts";

/*
 * Open Cybersecurity Schema Framework 1.3, one object in each line. Classes: people are Account Change
 * (3001), groups Group Management (3006), sign-ins and refused credentials Authentication (3002), calls to
 * the target API Activity (6003), and all other events Entity Management (3004).
 */

interface Class {
  readonly uid: number;
  readonly category: number;
  readonly activity: number;
}

const OTHER = 99;
const ACCOUNT: Readonly<Record<string, number>> = { created: 1, activated: 2, deactivated: 5, deleted: 6 };
const GROUP: Readonly<Record<string, number>> = { deleted: 5, created: 6 };
const SESSION: Readonly<Record<string, number>> = { opened: 1, closed: 2 };
const CALL: Readonly<Record<string, number>> = { create: 1, update: 3, remove: 4 };
const ENTITY: Readonly<Record<string, number>> = { created: 1, changed: 3, removed: 4, revoked: 4 };

function classOf({ code, detail }: LoggedEvent): Class {
  const [family = "", act = ""] = code.split(".");
  const action = typeof detail?.["action"] === "string" ? detail["action"] : "";
  switch (family) {
    case "user":
      return { uid: 3001, category: 3, activity: ACCOUNT[act] ?? OTHER };
    case "group":
      return { uid: 3006, category: 3, activity: GROUP[act] ?? OTHER };
    case "session":
    case "access":
      return { uid: 3002, category: 3, activity: SESSION[act] ?? OTHER };
    case "target":
      return { uid: 6003, category: 6, activity: CALL[action] ?? OTHER };
    default:
      return { uid: 3004, category: 3, activity: ENTITY[act] ?? OTHER };
  }
}

/** 0 unknown, 1 success, 2 failure. */
function statusOf({ code, outcome }: LoggedEvent): number {
  if (code === "access.refused") return 2;
  if (outcome === undefined) return code.startsWith("target.") ? 0 : 1;
  return outcome === "done" ? 1 : outcome === "unknown" ? 0 : 2;
}

/** From 1 (informational) to 6 (fatal). */
const severityIdOf = (event: LoggedEvent): number =>
  severityOf(event) >= 6 ? 3 : severityOf(event) >= 4 ? 2 : 1;

export function ocsfEvent(event: LoggedEvent, version: string) {
  const { uid, category, activity } = classOf(event);
  const { subject } = event;
  const about =
    subject === undefined
      ? {}
      : uid === 3001
        ? { user: { uid: subject.id } }
        : uid === 3006
          ? { group: { uid: subject.id } }
          : uid === 6003
            ? { resources: [{ uid: subject.id, type: subject.kind }] }
            : uid === 3004
              ? { entity: { uid: subject.id, type: subject.kind } }
              : {};
  return {
    class_uid: uid,
    category_uid: category,
    activity_id: activity,
    type_uid: uid * 100 + activity,
    severity_id: severityIdOf(event),
    status_id: statusOf(event),
    time: event.at.getTime(),
    metadata: {
      version: "1.3.0",
      uid: event.id,
      event_code: event.code,
      ...(event.requestId ? { correlation_uid: event.requestId } : {}),
      product: { name: "dingtalk-scim", vendor_name: "dingtalk-scim", version },
    },
    actor: { user: { uid: event.actor } },
    ...(uid === 6003
      ? {
          api: {
            operation: String(event.detail?.["action"] ?? event.code),
            service: { name: event.target ?? "" },
          },
        }
      : {}),
    ...about,
    unmapped: plainEvent(event),
  };
}

export const ocsfFormat = (version: string): Format => ({
  contentType: "application/x-ndjson; charset=utf-8",
  extension: "ocsf.jsonl",
  write: (pages) => lines(pages, (event) => JSON.stringify(ocsfEvent(event, version))),
});
