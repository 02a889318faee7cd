import type { JsonValue } from "../../core/entity.ts";
import type { LoggedEvent } from "../../history/event.ts";
import { stepsOf } from "../../history/steps.ts";
import type { Cell } from "./csv.ts";
import type { Pages } from "./format.ts";

/*
 * The three tables of an export of provisioning logs from Microsoft Entra ID. The column ChangeId joins them.
 * A change is a write by SCIM (ChangeId: its event), or a write to DingTalk (ChangeId: its intent). Other
 * events are not about provisioning; only the other formats have them.
 */

export const LOGS = [
  "Id",
  "ChangeId",
  "ActivityDateTime",
  "ProvisioningAction",
  "StatusInfoStatus",
  "ErrorCode",
  "DurationInMilliseconds",
  "InitiatedById",
  "SourceSystemDisplayName",
  "SourceIdentityId",
  "SourceIdentityType",
  "TargetSystemDisplayName",
  "CorrelationId",
] as const;
export const STEPS = [
  "ChangeId",
  "Name",
  "ProvisioningStepType",
  "Status",
  "ActivityDateTime",
  "Description",
] as const;
export const PROPERTIES = ["ChangeId", "DisplayName", "OldValue", "NewValue"] as const;

interface Row {
  readonly log: readonly Cell[];
  readonly steps: readonly (readonly Cell[])[];
  readonly properties: readonly (readonly Cell[])[];
}

const ACTIONS: Readonly<Record<string, string>> = {
  created: "Create",
  updated: "Update",
  members: "Update",
  activated: "Update",
  deactivated: "Disable",
  deleted: "Delete",
  create: "Create",
  update: "Update",
  remove: "Delete",
  suspend: "Disable",
  resume: "Update",
};
const STATUS = {
  done: "Success",
  refused: "Failure",
  notSent: "Skipped",
  unknown: "Warning",
  superseded: "Warning",
} as const;

function rowOf(event: LoggedEvent, intent: LoggedEvent | undefined): Row {
  const { code, subject, outcome, detail } = event;
  const isCall = code.startsWith("target.");
  const change = intent?.id ?? (code === "target.outcome" ? (event.causes[0] ?? event.id) : event.id);
  const action = isCall ? String(detail?.["action"] ?? "") : code.slice(code.indexOf(".") + 1);
  const status = !isCall ? "Success" : outcome ? STATUS[outcome] : "Warning";
  const steps = [...(intent ? stepsOf(intent) : []), ...stepsOf(event)];
  const changes = Object.entries(intent?.changes ?? event.changes ?? {});
  return {
    log: [
      event.id,
      change,
      event.at,
      ACTIONS[action] ?? "Other",
      status,
      typeof detail?.["answer"] === "string" ? detail["answer"] : undefined,
      intent ? event.at.getTime() - intent.at.getTime() : undefined,
      event.actor,
      isCall ? "dingtalk-scim" : (event.sourceId ?? "SCIM"),
      subject?.id,
      subject?.kind,
      isCall ? event.target : "dingtalk-scim",
      event.requestId,
    ],
    steps: steps.map(({ step, at, code: name }) => [
      change,
      step,
      isCall ? "Export" : "Import",
      status,
      at,
      name,
    ]),
    properties: changes.map(([name, { before, after }]) => [
      change,
      name,
      valueCell(before),
      valueCell(after),
    ]),
  };
}

const valueCell = (value: JsonValue | undefined): Cell =>
  value === undefined || value === null
    ? undefined
    : typeof value === "object"
      ? JSON.stringify(value)
      : value;

const IS_CHANGE = /^(user|group)\./;

/** Bounds the memory. All processes together have about a hundred open intents at a time. */
const MOST_OPEN = 10_000;

/**
 * A write to DingTalk becomes a row when its outcome is read. An intent without an outcome becomes a row at
 * the end, or when MOST_OPEN intents are open. If its outcome comes after that, the outcome becomes a second
 * row with the same ChangeId.
 */
export async function* entraRows(pages: Pages): AsyncIterable<Row> {
  const open = new Map<string, LoggedEvent>();
  for await (const page of pages) {
    for (const event of page) {
      if (event.code === "target.intent") {
        open.set(event.id, event);
        const [oldest] = open.size > MOST_OPEN ? open.values() : [];
        if (oldest) {
          open.delete(oldest.id);
          yield rowOf(oldest, undefined);
        }
      } else if (event.code === "target.outcome") {
        const intent = open.get(event.causes[0] ?? "");
        if (intent) open.delete(intent.id);
        yield rowOf(event, intent);
      } else if (IS_CHANGE.test(event.code)) yield rowOf(event, undefined);
    }
  }
  for (const intent of open.values()) yield rowOf(intent, undefined);
}
