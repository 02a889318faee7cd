import type { Attributes, Identity } from "../../../reconcile/target.ts";

/** Who a person is, by what both sides know. Numbers and addresses are in canonical form on both. */
export function identityOf({ name, job_number: number, mobile, email, org_email: organisationEmail }: Attributes): Identity {
  return {
    ...(isText(name) ? { name } : {}),
    ...(isText(number) ? { number } : {}),
    ...(isText(mobile) ? { mobile } : {}),
    emails: [email, organisationEmail].filter(isText),
  };
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
