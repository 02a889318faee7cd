/*
 * From what keeps the loop from sending to the cause somebody has to mend. The loop says it by a reason code of the adapter, its check by a permission's
 * name, by DingTalk's number, or by a word of its own.
 */

const oneOf =
  (...codes: readonly string[]) =>
  (found: string): boolean =>
    codes.includes(found);

/** DingTalk's own, where its check shows them: secret, app, organisation, token. */
const OF_CREDENTIALS = [
  "40096",
  "40089",
  "40088",
  "invalidClientIdOrSecret",
  "invalid_client",
  "50003",
  "50005",
  "70001",
  "33001",
  "40014",
  "42001",
];
const isSetting = oneOf("apiAddressWrong", "httpsRequired", "cloud", "corp-id", "managed-root", "enterprise-accounts", "clock");

const CAUSES: readonly { readonly code: string; readonly isMeant: (found: string) => boolean }[] = [
  { code: "contactScope", isMeant: oneOf("contact-scope") },
  { code: "addressNotAllowed", isMeant: oneOf("addressNotAllowed", "60020", "IpNotInWhiteList") },
  { code: "permissionMissing", isMeant: (found) => found === "permissionMissing" || /^(qyapi_|Contact\.|[A-Z]\w+\.[A-Z]\w+)/.test(found) },
  {
    code: "credentialWrong",
    isMeant: oneOf("credentialWrong", "appStopped", "organisationDisabled", "organisationWrong", "tokenRefused", ...OF_CREDENTIALS),
  },
  { code: "settingsWrong", isMeant: (found) => isSetting(found) || found.startsWith("field-") },
];

/** Each cause once, under any of its names. Temporary conditions (a ban, a failure) are not causes. */
export const targetCauses = (found: readonly string[]): readonly string[] => [
  ...new Set(found.flatMap((each) => CAUSES.find(({ isMeant }) => isMeant(each.trim()))?.code ?? [])),
];
