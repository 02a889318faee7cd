import { fold } from "../../../core/text/fold.ts";
import type { Identity, Lacking } from "../../../reconcile/target.ts";
import { type Attributes, IDENTITY } from "../../../reconcile/target-values.ts";
import { EXTENSION } from "../attributes/fields.ts";

/** The values by which both sides can recognise a person. Numbers and addresses are in canonical form. */
export function identityOf({
  name,
  job_number: number,
  mobile,
  email,
  org_email: organisationEmail,
}: Attributes): Identity {
  return {
    ...(isText(name) ? { name } : {}),
    ...(isText(number) ? { number } : {}),
    ...(isText(mobile) ? { mobile } : {}),
    emails: [email, organisationEmail].filter(isText),
  };
}

/**
 * Whether a userid belongs to another human than before: somebody removed the member and gave the userid to a
 * new one. The unionid alone does not prove it, since it follows the number of a person who has not signed in
 * (docs/dingtalk.md 5.3).
 */
export function isAnother(known: Attributes, now: Attributes): boolean {
  const differs = (name: string): boolean =>
    isText(known[name]) && isText(now[name]) && fold(known[name]) !== fold(now[name]);
  return (
    differs(IDENTITY) &&
    differs("name") &&
    (differs("mobile") || !isText(known.mobile) || !isText(now.mobile))
  );
}

/** E-mail addresses of the person. A login name may be an address too. */
export const addressesOf = ({
  email,
  org_email: organisationEmail,
  login_id: login,
}: Attributes): readonly string[] =>
  [email, organisationEmail, login].filter(isText).filter((value) => value.includes("@"));

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

/** The missing values among those that DingTalk requires for every person (docs/dingtalk.md 5.1 and 6). */
export function lackingOf({
  name,
  mobile,
  login_id: login,
  exclusive_account_type: type,
}: Attributes): readonly Lacking[] {
  return [
    ...(isText(name)
      ? []
      : [
          { attribute: "name", code: "nameMissing", remedy: "give the person a name at its source" } as const,
        ]),
    ...(isText(type) || isText(mobile) ? [] : [NO_MOBILE]),
    ...(type !== "dingtalk" || isText(login) ? [] : [NO_LOGIN]),
  ];
}

const NO_MOBILE: Lacking = {
  attribute: "mobile",
  code: "mobileMissing",
  remedy: "give the person a valid mobile number at its source, or map an enterprise account",
};
const NO_LOGIN: Lacking = {
  attribute: "login_id",
  code: "loginMissing",
  remedy:
    "give the person a login name at its source (loginId of the DingTalk extension), or make it an account of type sso",
};

/** The name of a custom field in DingTalk's console. Undefined for other attributes. */
export const customFieldOf = (attribute: string): string | undefined =>
  attribute.startsWith(EXTENSION) ? attribute.slice(EXTENSION.length) : undefined;
