/*
 * The cause behind a pause of the loop. The loop has a reason code of the adapter. Its check has the name of
 * a permission, DingTalk's number, or a code of its own.
 */

const oneOf =
  (...codes: readonly string[]) =>
  (found: string): boolean =>
    codes.includes(found);

/** DingTalk's codes for the secret, app, organisation and token. */
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
const isSetting = oneOf(
  "apiAddressWrong",
  "httpsRequired",
  "cloud",
  "corp-id",
  "managed-root",
  "enterprise-accounts",
  "clock",
);

const CAUSES: readonly { readonly code: string; readonly isMeant: (found: string) => boolean }[] = [
  { code: "contactScope", isMeant: oneOf("contact-scope") },
  { code: "addressNotAllowed", isMeant: oneOf("addressNotAllowed", "60020", "IpNotInWhiteList") },
  {
    code: "permissionMissing",
    isMeant: (found) => found === "permissionMissing" || /^(qyapi_|Contact\.|[A-Z]\w+\.[A-Z]\w+)/.test(found),
  },
  {
    code: "credentialWrong",
    isMeant: oneOf(
      "credentialWrong",
      "appStopped",
      "organisationDisabled",
      "organisationWrong",
      "tokenRefused",
      ...OF_CREDENTIALS,
    ),
  },
  { code: "settingsWrong", isMeant: (found) => isSetting(found) || found.startsWith("field-") },
];

/** Each cause once. Temporary conditions (a ban, a failure) are not causes. */
export const targetCauses = (found: readonly string[]): readonly string[] => [
  ...new Set(found.flatMap((each) => CAUSES.find(({ isMeant }) => isMeant(each.trim()))?.code ?? [])),
];
