import { CODES, UNKNOWN } from "./codes.ts";

/** Reasons of the adapter without a code of DingTalk. */
export const OWN_REASONS = [
  "unreachable",
  "noAnswer",
  "answerIncomplete",
  "rateLimited",
  "leaseEnded",
  "administrator",
  "outsideManagedRoot",
  "nameMissing",
  "mobileMissing",
  "loginMissing",
  "nameTakenByOwn",
  "stillManages",
  "featureMissing",
  "valueTaken",
  "nameCameFree",
  "roleNotIdentifiable",
  "notSupported",
  UNKNOWN.reason,
] as const;

/** All reason codes of this adapter. */
export const DINGTALK_REASONS: ReadonlySet<string> = new Set([
  ...Object.values(CODES).map(({ reason }) => reason),
  ...OWN_REASONS,
]);
