import type { JsonValue } from "../../../../core/entity.ts";
import { unreachable } from "../../../../core/errors.ts";
import {
  TargetConflict,
  TargetDependency,
  type TargetError,
  TargetMisconfigured,
  TargetNotFound,
  TargetOutcomeUnknown,
  TargetPending,
  TargetRejected,
  TargetThrottled,
  TargetUnavailable,
} from "../../../../reconcile/target-failures.ts";
import type { Api } from "../apis.ts";
import { isObject, type Refusal } from "./answer.ts";
import type { Kind, Meaning } from "./code-meaning.ts";
import { meaningFor } from "./meaning.ts";
import { permissionOf } from "./permissions.ts";

/** Time of a refusal, and a random number in [0, 1). */
export interface Moment {
  readonly nowMs: number;
  readonly random: number;
}

/** Pause after a configuration error, before one call checks whether it was fixed. */
const MISCONFIGURED_MS = 60_000;
const SCOPE_MS = 10 * 60_000;
const QUOTA_MS = 6 * 3_600_000;
/** docs/dingtalk.md 9.3: a ban of an address lasts five minutes. */
export const BAN_MS = 5 * 60_000;
/** An announced end that is later than this is the sign of a wrong clock. */
const MAX_ANNOUNCED_MS = 15 * 60_000;

interface FailureDetails {
  readonly answer: string;
  readonly reasonCode: string;
  readonly remedy: string;
  readonly attribute: string | undefined;
}

/** The TargetError for a refusal. Pure. */
export function errorOf(api: Api, refusal: Refusal, moment: Moment): TargetError {
  const meaning = meaningFor(api, refusal);
  const message = `${api.path} refused with ${refusal.code}: ${meaning.says}`;
  const details: FailureDetails = {
    answer: refusal.code,
    reasonCode: meaning.reason,
    remedy: remedyOf(api, meaning, refusal),
    attribute: meaning.attribute,
  };
  const scope = api.essential ? "all" : "entity";
  switch (meaning.kind) {
    case "transient":
      return new TargetUnavailable(message, details);
    case "unfinished":
      return api.effect === "write"
        ? new TargetOutcomeUnknown(message, details)
        : new TargetUnavailable(message, details);
    case "rate":
    case "rateMinute":
    case "rateAll":
      return new TargetThrottled(message, {
        ...details,
        ms: throttledMs(meaning.kind, refusal, moment),
        scope: api.path,
      });
    case "blocked":
      // The processes of an installation usually share their address, and a call during a ban extends the
      // ban.
      return new TargetMisconfigured(message, { ...details, scope: "all", ms: BAN_MS });
    case "quota":
      return new TargetMisconfigured(message, { ...details, scope: "entity", ms: QUOTA_MS });
    case "address":
      return new TargetMisconfigured(message, { ...details, scope: "process", ms: MISCONFIGURED_MS });
    case "token":
    case "credential":
      return new TargetMisconfigured(message, { ...details, scope: "all", ms: MISCONFIGURED_MS });
    case "permission":
      return new TargetMisconfigured(message, { ...details, scope, ms: MISCONFIGURED_MS });
    case "scope":
      return new TargetMisconfigured(message, { ...details, scope: "entity", ms: SCOPE_MS });
    case "userMissing":
      return missing(api.subject === "user" || api.subject === "account", message, details);
    case "departmentMissing":
      return missing(api.subject === "department", message, details);
    case "roleMissing":
      return missing(api.subject === "role", message, details);
    case "dependency":
      return new TargetDependency(message, {
        ...details,
        ...(meaning.tries === undefined ? {} : { tries: meaning.tries }),
      });
    case "taken":
      return new TargetConflict(message, {
        ...details,
        attribute: meaning.attribute ?? "",
        ...heldBy(refusal),
      });
    case "pending":
      return new TargetPending(message, { ...details, attribute: meaning.attribute ?? "" });
    case "locked":
    case "data":
    case "capacity":
    case "protected":
      return new TargetRejected(message, details);
    default:
      return unreachable(meaning.kind);
  }
}

/** The object of the call does not exist, or an object that the call refers to has to be created first. */
function missing(isSubject: boolean, message: string, details: FailureDetails): TargetError {
  return isSubject ? new TargetNotFound(message, details) : new TargetDependency(message, details);
}

/** The remedy of each kind. `{…}` is filled from the answer. */
const REMEDIES: Readonly<Record<Kind, string>> = {
  transient: "",
  unfinished: "",
  rate: "",
  rateMinute: "",
  rateAll: "",
  blocked:
    "nothing for five minutes; if it comes back, look for other programs that call DingTalk from {address}",
  quota:
    "buy more calls, or wait for the next month: open-dev.dingtalk.com › Development › API call statistics",
  token: "check that the addresses and the app belong to the same cloud: .com and .io have separate apps",
  credential:
    "copy Client ID and Client Secret again into DINGTALK_APP_KEY and DINGTALK_APP_SECRET: open-dev.dingtalk.com › the app › Credentials and basic information",
  permission:
    "grant {permission} to the app: open-dev.dingtalk.com › the app › Permission management{link}{sensitive}",
  address:
    "add {address} to the app: open-dev.dingtalk.com › the app › Security settings › Server egress IP (服务器出口IP)",
  scope:
    "widen the app's contact scope to all employees: open-dev.dingtalk.com › the app › Permission management › Contact scope",
  userMissing: "",
  departmentMissing: "",
  roleMissing: "",
  dependency: "",
  taken:
    "change it there, or remove who has it there, or correct the value at its source; then retry, or wait for the next comparison",
  pending: "ask the person to accept the invitation in DingTalk: Contacts › Member invitations",
  locked:
    "the person changes the number in DingTalk under Me › Settings › Account and security, or is removed and added again",
  data: "correct the value at its source",
  capacity: "make room in DingTalk, then retry",
  protected: "leave this to DingTalk's own administrators; the mapping should not name it",
};

function remedyOf(api: Api, meaning: Meaning, refusal: Refusal): string {
  const needed = permissionOf(api);
  const points = permissionsIn(refusal);
  const named = points.length > 0 ? points : [needed.point];
  const link = /https:\/\/open-dev\.dingtalk\.(?:com|io)\/appscope\/apply\?content=[\w%#.-]+/.exec(
    refusal.message,
  )?.[0];
  return (meaning.remedy ?? REMEDIES[meaning.kind])
    .replace("{permission}", named.join(", "))
    .replace("{link}", link ? `, or ${link}` : "")
    .replace("{sensitive}", needed.sensitive && named.includes(needed.point) ? SENSITIVE : "")
    .replace("{address}", addressIn(refusal.message) ?? "this server's public address");
}

const SENSITIVE = "; only an administrator of the whole organisation's contacts can grant it";

/** Permission points named by either generation (docs/dingtalk.md 2.3). */
export function permissionsIn(refusal: Refusal): readonly string[] {
  const detail = refusal.body.accessdenieddetail ?? refusal.body.AccessDeniedDetail;
  const listed =
    isObject(detail) && Array.isArray(detail.requiredScopes) ? detail.requiredScopes.filter(isText) : [];
  if (listed.length > 0) return listed;
  const texts = `${refusal.message} ${String(refusal.body.errmsg ?? "")}`;
  const named =
    /requiredScopes=\[([\w.,\s-]+)\]/.exec(texts)?.[1] ??
    /\[([A-Za-z][\w.,\s-]+)\]/.exec(refusal.message)?.[1] ??
    "";
  return named
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

const isText = (value: JsonValue): value is string => typeof value === "string";

/** Our address as DingTalk saw it. */
export const addressIn = (message: string): string | undefined =>
  /\b(?:\d{1,3}\.){3}\d{1,3}\b/.exec(message)?.[0] ?? /ip=([0-9a-f:]{4,45})/i.exec(message)?.[1];

function throttledMs(kind: "rate" | "rateMinute" | "rateAll", refusal: Refusal, moment: Moment): number {
  const announced = announcedEndMs(refusal.message);
  const left = announced === undefined ? 0 : announced - moment.nowMs;
  const jitter = Math.round(moment.random * 500);
  if (left > 0 && left <= MAX_ANNOUNCED_MS) return left + jitter;
  return (kind === "rateMinute" ? 60_000 : 1_000) + jitter;
}

/** "限制将在 2026-09-03 00:01:03 结束", Beijing time (docs/dingtalk.md 9.2): the last date before 结束. */
export function announcedEndMs(message: string): number | undefined {
  const found = /(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})\s*结束/.exec(message);
  if (!found) return undefined;
  const at = Date.parse(`${found[1]}T${found[2]}+08:00`);
  return Number.isNaN(at) ? undefined : at;
}

/**
 * The user id that holds a value. Some answers have a field for it, others have it at the end of the text
 * (docs/dingtalk.md 5.1).
 */
function heldBy(refusal: Refusal): { readonly heldBy?: string } {
  const field = refusal.body.userid;
  const id =
    typeof field === "string" && field !== ""
      ? field
      : /userid\s*[:：]\s*([\w\-@.]{1,64})/i.exec(refusal.message)?.[1];
  return id === undefined ? {} : { heldBy: id };
}

/**
 * Before the connection was established nothing can have been carried out. Afterwards a write may have been
 * (docs/threats.md F2, F3).
 */
export function transportError(api: Api, sent: boolean, reason: string): TargetError {
  const unknown = sent && api.effect === "write";
  const details = { answer: reason, reasonCode: sent ? "noAnswer" : "unreachable" };
  return unknown
    ? new TargetOutcomeUnknown(
        `no answer from ${api.path} (${reason}), it may have been carried out`,
        details,
      )
    : new TargetUnavailable(`no answer from ${api.path} (${reason}), nothing was carried out`, details);
}
