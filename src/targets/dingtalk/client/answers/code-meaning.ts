/**
 * The topic of an answer, which decides the reaction (docs/dingtalk.md 12). `errors.ts` turns each kind into
 * a TargetError.
 *
 * - transient: busy, before anything was done
 * - unfinished: DingTalk itself does not know the outcome; a write may have been carried out
 * - rate, rateMinute: this app and this API. rateAll: one API, calls of all apps. blocked: our address or
 *   organisation, five minutes
 * - quota: the calls of the month are used up. token: a new token is needed. credential, permission, address:
 *   an administrator has to act
 * - scope: the object is outside the app's contact scope. userMissing, departmentMissing, roleMissing: the
 *   named object does not exist
 * - dependency: something else has to come first. taken: another object holds the value. pending: the person
 *   has to agree
 * - locked: the person owns the number, and we cannot change it. data, capacity, protected: refused until
 *   somebody changes something
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
  /** Our own stable code. Several codes of DingTalk may share one. Each reason has one remedy. */
  readonly reason: string;
  /** In the operator's words. Has no personal data. */
  readonly says: string;
  /**
   * The attribute that the refusal is about, if the code shows it, or a name for several (`MEANT` in
   * targets/dingtalk/people/parts.ts).
   */
  readonly attribute?: string;
  /** Only of a dependency: the number of tries before an operator has to act. */
  readonly tries?: number;
  /** The refusal is about the whole entity, not about one value. */
  readonly whole?: true;
  /** The remedy, where that of the kind in REMEDIES is not precise enough. */
  readonly remedy?: string;
}

export const of = (
  kind: Kind,
  reason: string,
  says: string,
  attribute?: string,
  remedy?: string,
): Meaning => ({
  kind,
  reason,
  says,
  ...(attribute ? { attribute } : {}),
  ...(remedy ? { remedy } : {}),
});

export const BUSY = of("transient", "dingtalkBusy", "DingTalk is busy");
export const APP_RATE = of("rate", "appRateExceeded", "this app calls this API too often");
export const APP_RATE_MINUTE = of(
  "rateMinute",
  "appRateExceeded",
  "this app calls this API too often in one minute",
);
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
export const DEPARTMENTS_INSIDE =
  "none of them is of this service: move them elsewhere in DingTalk or delete them there (管理后台 › 通讯录), then retry, or wait for the next comparison";
export const DEPARTMENT_NAME_TAKEN = of(
  "taken",
  "nameTaken",
  "another department of this name exists under the same parent",
  "name",
);
export const MAIL_TAKEN = of("taken", "emailTaken", "another person has this e-mail address", "email");
