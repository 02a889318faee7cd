import { CODES, UNKNOWN } from "./codes.ts";

/** Reasons the adapter finds without a code of DingTalk's that says so. */
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

/** Every `reasonCode` an entity may get from this adapter. */
export const DINGTALK_REASONS: ReadonlySet<string> = new Set([...Object.values(CODES).map(({ reason }) => reason), ...OWN_REASONS]);
