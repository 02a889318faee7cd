import type { Problem } from "../../reconcile/target.ts";
import { type TargetError, TargetThrottled, TargetUnavailable } from "../../reconcile/target-failures.ts";
import type { Kind } from "./client/answers/code-meaning.ts";
import { meaningOf } from "./client/answers/codes.ts";
import { addressIn } from "./client/answers/errors.ts";
import { permissionOf } from "./client/answers/permissions.ts";
import type { Api } from "./client/apis.ts";
import type { DingTalkConfig } from "./config.ts";

/* Turns a refusal during the check into a problem with its remedy. Pure. */

/**
 * The processes that a refusal stops. The other kinds pass without action, or say nothing about the next
 * call: DingTalk was busy or unreachable, asked us to slow down, or gave an unknown answer.
 */
const CONCERNS: Readonly<Partial<Record<Kind, Problem["concerns"]>>> = {
  permission: "everybody",
  scope: "everybody",
  blocked: "everybody",
  credential: "settings",
  token: "settings",
  address: "process",
};

/** Reasons that only the check has. */
export const CHECK_REASONS = [
  "cloudsMixed",
  "fieldHidden",
  "registeredElsewhere",
  "managedRootMissing",
  "enterpriseAccountsOff",
  "clockWrong",
  "cannotConnect",
] as const;
export type CheckReason = (typeof CHECK_REASONS)[number];

/** A refusal as a problem with a remedy, for the administrator. */
export function problemOf(config: DingTalkConfig, api: Api, error: TargetError): Problem {
  const { answer, remedy } = error;
  const { kind, says, reason } = meaningOf(answer);
  // These concern only the settings of this process, whatever the kind.
  const own = reason === "apiAddressWrong" || reason === "httpsRequired" ? "process" : undefined;
  const concerns = CONCERNS[kind] ?? "moment";
  const host = hostOf(api.generation === "old" ? config.oapiUrl : config.apiUrl);
  const variable = api.generation === "old" ? "DINGTALK_OAPI_URL" : "DINGTALK_API_URL";
  switch (kind) {
    case "permission": {
      const { point, lets } = permissionOf(api);
      return { code: point, reasonCode: reason, concerns, text: `the app may not ${lets}`, remedy };
    }
    case "address": {
      const address = addressIn(remedy) ?? "this server's address";
      return {
        code: answer,
        reasonCode: reason,
        concerns,
        text: `DingTalk refuses calls from ${address}: it is not on the app's list of addresses`,
        remedy,
      };
    }
    case "token":
      return {
        code: answer,
        reasonCode: reason,
        concerns,
        text: `${host} refuses the access token that ${hostOf(config.apiUrl)} has just given`,
        remedy,
      };
    default:
      if (isWayThere(answer))
        return {
          code: answer,
          reasonCode: "cannotConnect" satisfies CheckReason,
          concerns: "moment",
          text: `${host} cannot be reached from this server`,
          remedy: `let this server connect to ${host} directly: check name resolution and the firewall, or correct ${variable}`,
        };
      if (error instanceof TargetThrottled || error instanceof TargetUnavailable)
        return {
          code: answer,
          reasonCode: error.reasonCode,
          concerns: "moment",
          text: `${api.path} could not be called: ${restOf(error)}`,
          remedy: "look again in a few minutes",
        };
      return {
        code: answer,
        reasonCode: reason,
        concerns: own ?? concerns,
        text: `${host} answered a call of ${api.path}: ${says}`,
        remedy: remedy || "wait a minute and look again; if it stays, ask DingTalk support with this code",
      };
  }
}

/**
 * A refusal of our own limiter is no answer of DingTalk: calls are paused for a reason that was reported
 * before.
 */
const restOf = (error: TargetError): string =>
  error.reasonCode === "rateLimited"
    ? "its calls are paused, by DingTalk or by our own rate limit"
    : meaningOf(error.answer).says;

/** System codes are in capitals, and DingTalk's codes are not. Such a code means that no answer arrived. */
export const isWayThere = (answer: string): boolean =>
  /^[A-Z][A-Z_]+$/.test(answer) || answer === "timeout" || answer === "no-answer";

export const hostOf = (url: string): string => new URL(url).host;
