/**
 * What an answer is about, and so what may be done (docs/dingtalk.md 12). `errors.ts` turns each kind into a TargetError.
 *
 * transient: busy, said before anything was done · unfinished: DingTalk lost track itself, a write may have happened
 * rate, rateMinute: this app on this API · rateAll: one API, everybody's calls · blocked: our address or organisation, five minutes
 * quota: the month is used up · token: fetch another one · credential, permission, address: an administrator has to act
 * scope: this object is outside what the app may touch · userMissing, departmentMissing, roleMissing: the thing named does not exist
 * dependency: something else has to come first · taken: another object holds the value · pending: the person has to agree
 * locked: the person's own number, not ours to change · data, capacity, protected: refused until somebody changes something
 */
export type Kind =
  | "transient"
  | "unfinished"
  | "rate"
  | "rateMinute"
  | "rateAll"
  | "blocked"
  | "quota"
  | "token"
  | "credential"
  | "permission"
  | "address"
  | "scope"
  | "userMissing"
  | "departmentMissing"
  | "roleMissing"
  | "dependency"
  | "taken"
  | "pending"
  | "locked"
  | "data"
  | "capacity"
  | "protected";

export interface Meaning {
  readonly kind: Kind;
  /** Ours, and stable; several codes of DingTalk's may mean the same. A remedy belongs to a reason, whichever the code. */
  readonly reason: string;
  /** In the operator's words, without personal data. */
  readonly says: string;
  /** The attribute it is about, where the code tells, or a name for several it may be about (`MEANT` in targets/dingtalk/people/parts.ts). */
  readonly attribute?: string;
  /** Of a dependency: how often it is tried before people have to look. */
  readonly tries?: number;
  /** It concerns the entity as a whole, not a single value. */
  readonly whole?: true;
  /** What to do, where the kind's own advice in REMEDIES is not precise enough. */
  readonly remedy?: string;
}

export const of = (kind: Kind, reason: string, says: string, attribute?: string, remedy?: string): Meaning => ({
  kind,
  reason,
  says,
  ...(attribute ? { attribute } : {}),
  ...(remedy ? { remedy } : {}),
});

export const BUSY = of("transient", "dingtalkBusy", "DingTalk is busy");
export const APP_RATE = of("rate", "appRateExceeded", "this app calls this API too often");
export const APP_RATE_MINUTE = of("rateMinute", "appRateExceeded", "this app calls this API too often in one minute");
export const ALL_RATE = of("rateAll", "apiRateExceeded", "all apps together call this API too often");
export const BAD_TOKEN = of("token", "tokenRefused", "the access token is not valid any more");
export const BAD_SECRET = of("credential", "credentialWrong", "the app key or the app secret is wrong");
export const PERMISSION = of("permission", "permissionMissing", "the app lacks a permission");
export const ADDRESS = of("address", "addressNotAllowed", "our address is not on the app's list");
export const NO_USER = of("userMissing", "personMissing", "the person does not exist in this organisation");
export const NO_DEPARTMENT = of("departmentMissing", "departmentMissing", "the department does not exist");
export const NO_PARENT = of("dependency", "parentMissing", "the parent department does not exist", "parent");
export const HEADCOUNT: Meaning = {
  ...of(
    "capacity",
    "organisationFull",
    "the organisation has reached its number of people",
    undefined,
    "verify the organisation or buy seats: DingTalk admin console › Enterprise settings › Certification",
  ),
  whole: true,
};
export const PEOPLE_INSIDE =
  "nobody of this service is in it: move the others out of the department and those below it in DingTalk (管理后台 › 通讯录), then retry, or wait for the next comparison";
export const DEPARTMENT_NAME_TAKEN = of("taken", "nameTaken", "another department of this name exists under the same parent", "name");
export const MAIL_TAKEN = of("taken", "emailTaken", "another person has this e-mail address", "email");
