import { SYNTHETIC_CODES } from "./answer.ts";
import {
  ADDRESS,
  ALL_RATE,
  APP_RATE,
  APP_RATE_MINUTE,
  BAD_SECRET,
  BAD_TOKEN,
  BUSY,
  DEPARTMENT_NAME_TAKEN,
  DEPARTMENTS_INSIDE,
  HEADCOUNT,
  MAIL_TAKEN,
  type Meaning,
  NO_DEPARTMENT,
  NO_PARENT,
  NO_USER,
  of,
  PEOPLE_INSIDE,
  PERMISSION,
} from "./code-meaning.ts";

/**
 * All codes of docs/dingtalk.md 12, old and new API. A new-API code is given in full, or by its last word
 * where DingTalk adds a prefix.
 */
export const CODES: Readonly<Record<string, Meaning>> = {
  // Transient
  "-1": BUSY,
  "1002": BUSY,
  "400001": BUSY,
  "34015": BUSY,
  "system.busy": BUSY,
  systemBusy: BUSY,
  systemError: BUSY,
  "system.error": BUSY,
  "server.error": BUSY,
  unknownError: BUSY,
  concurrentError: BUSY,
  "http-5xx": of("transient", "dingtalkBusy", "DingTalk failed before answering"),
  "http-429": BUSY,
  // From the gateway, without the sub_code that explains it. Nothing was carried out.
  "88": of("transient", "gatewayRefused", "DingTalk's gateway refused without saying why"),
  operationTimeout: of("unfinished", "noAnswer", "DingTalk did not finish in time"),
  "service.timeout": of("unfinished", "noAnswer", "DingTalk did not finish in time"),
  [SYNTHETIC_CODES.lost]: of("unfinished", "noAnswer", "the answer was lost on the way"),

  // Rate and quota (docs/dingtalk.md 9)
  "90018": APP_RATE,
  "90005": APP_RATE,
  "90006": APP_RATE,
  "45009": APP_RATE,
  "90007": APP_RATE,
  "90008": APP_RATE,
  "90009": APP_RATE,
  "90010": APP_RATE,
  "90011": APP_RATE,
  "90012": APP_RATE,
  "90013": APP_RATE,
  "90014": APP_RATE,
  "qps.exceed.limit": APP_RATE,
  invokeFrequentyly: APP_RATE,
  QpsLimitForAppkeyAndApi: APP_RATE,
  QpsLimitForSuitekeyAndOrgAndApi: APP_RATE,
  QpmLimitForAppkeyAndApi: APP_RATE_MINUTE,
  QpmLimitForSuitekeyAndOrgAndApi: APP_RATE_MINUTE,
  QpmLimitForApi: APP_RATE_MINUTE,
  "90002": ALL_RATE,
  QpsLimitForApi: ALL_RATE,
  "90001": of("blocked", "addressBlocked", "our servers are blocked for all APIs"),
  "90003": of("blocked", "organisationBlocked", "the organisation is blocked for all APIs"),
  "90004": of("blocked", "organisationBlocked", "the organisation is blocked for all APIs"),
  "90017": of("blocked", "addressBlocked", "too many organisations are served from our address"),
  [SYNTHETIC_CODES.banned]: of("blocked", "addressBlocked", "our address is banned for calling too often"),
  "90020": of("quota", "quotaUsedUp", "the month's calls of this API are used up"),
  ApiCountLimitForOrg: of("quota", "quotaUsedUp", "the month's calls of this API are used up"),
  "20001": of("quota", "quotaUsedUp", "the month's event messages are used up"),
  "integrated.qps.exceed": of("quota", "quotaUsedUp", "the calls of this API are used up"),
  "daily.call.limit": of("quota", "quotaUsedUp", "the day's calls of this API are used up"),

  // Token, credential, permission
  "40014": BAD_TOKEN,
  "42001": BAD_TOKEN,
  "40001": BAD_TOKEN,
  "41001": BAD_TOKEN,
  "40000": BAD_TOKEN,
  InvalidAuthentication: BAD_TOKEN,
  "AuthenticationFailed.MissingParameter": BAD_TOKEN,
  "accesstoken.expired": BAD_TOKEN,
  "http-401": BAD_TOKEN,
  "40096": BAD_SECRET,
  "40089": BAD_SECRET,
  "40088": BAD_SECRET,
  invalidClientIdOrSecret: BAD_SECRET,
  invalid_client: BAD_SECRET,
  "invalid.client": BAD_SECRET,
  "unauthorized.client": BAD_SECRET,
  "50003": of(
    "credential",
    "appStopped",
    "the app is stopped",
    undefined,
    "enable the app: open-dev.dingtalk.com › the app › Version management",
  ),
  "50005": of(
    "credential",
    "organisationDisabled",
    "the organisation is disabled or dissolved",
    undefined,
    "ask DingTalk support why the organisation is disabled",
  ),
  "70001": of(
    "credential",
    "organisationDisabled",
    "the organisation is disabled or dissolved",
    undefined,
    "ask DingTalk support why the organisation is disabled",
  ),
  "33001": of(
    "credential",
    "organisationWrong",
    "the organisation id is wrong",
    undefined,
    "compare DINGTALK_CORP_ID with open-dev.dingtalk.com › home page",
  ),
  "22": of(
    "credential",
    "apiAddressWrong",
    "this address has no such API",
    undefined,
    "check DINGTALK_OAPI_URL: oapi.dingtalk.com or oapi.dingtalk.io",
  ),
  "404": of(
    "credential",
    "apiAddressWrong",
    "this address has no such API",
    undefined,
    "check DINGTALK_OAPI_URL: oapi.dingtalk.com or oapi.dingtalk.io",
  ),
  "43003": of(
    "credential",
    "httpsRequired",
    "DingTalk answers by HTTPS only",
    undefined,
    "let DINGTALK_OAPI_URL and DINGTALK_API_URL begin with https://",
  ),
  "60011": PERMISSION,
  "43007": PERMISSION,
  "48002": PERMISSION,
  AccessTokenPermissionDenied: PERMISSION,
  apiPermissionDenied: PERMISSION,
  noPermission: PERMISSION,
  "60020": ADDRESS,
  IpNotInWhiteList: ADDRESS,
  "50002": of("scope", "personOutsideScope", "the person is outside the app's contact scope"),
  "50004": of(
    "scope",
    "departmentOutsideScope",
    "the department is outside the app's contact scope",
    "departments",
  ),

  // Missing things
  "60121": NO_USER,
  "33012": NO_USER,
  "60111": NO_USER,
  "40003": NO_USER,
  "46004": NO_USER,
  "user.not.exist": NO_USER,
  empNotExists: NO_USER,
  "staff.not.found": NO_USER,
  "60003": NO_DEPARTMENT,
  "40009": NO_DEPARTMENT,
  "33011": of("roleMissing", "roleMissing", "the role does not exist", "roles"),
  "34020": of("dependency", "roleGroupMissing", "the role group does not exist"),
  "660000": of("roleMissing", "roleMissing", "the role does not exist", "roles"),

  // Order
  "60004": NO_PARENT,
  "40010": NO_PARENT,
  "60005": {
    ...of(
      "dependency",
      "peopleInside",
      "people are still in the department or below it",
      undefined,
      PEOPLE_INSIDE,
    ),
    tries: 4,
  },
  "60006": {
    ...of(
      "dependency",
      "departmentsInside",
      "departments are still inside the department",
      undefined,
      DEPARTMENTS_INSIDE,
    ),
    tries: 4,
  },
  // DingTalk documents it as wrong data. The mapping never requests a cycle, so a cycle can only be
  // temporary: the other department has to move first.
  "60010": of("dependency", "parentBelow", "the new parent is still below this department", "parent"),
  "23007": of("dependency", "roleInUse", "people still have the role"),
  "40031": of(
    "dependency",
    "managerNotMember",
    "a manager is not yet a member of the department",
    "managers",
  ),
  "60068": of("dependency", "managerMissing", "the manager does not exist", "managers"),
  "60128": of("dependency", "managerMissing", "the manager does not exist", "manager"),
  "40093": of("dependency", "chatOwnerNotMember", "the chat owner is not yet a member of the department"),
  "60067": of("dependency", "chatOwnerMissing", "the chat owner does not exist"),

  // Taken
  "60102": of("taken", "userIdTaken", "the user id exists already", "userid"),
  "60104": of("taken", "mobileTaken", "another person has this mobile number", "mobile"),
  "60107": of(
    "taken",
    "accountTaken",
    "the account with this mobile number is already in the organisation, with another number",
    "mobile",
  ),
  "60106": MAIL_TAKEN,
  "40101": MAIL_TAKEN,
  "40100": of("taken", "extensionTaken", "another person has this telephone extension", "telephone"),
  "60021": DEPARTMENT_NAME_TAKEN,
  "60008": DEPARTMENT_NAME_TAKEN,
  "60016": DEPARTMENT_NAME_TAKEN,
  departmentAlreadyExist: DEPARTMENT_NAME_TAKEN,
  "34021": of("taken", "roleNameTaken", "another role of this name exists", "name"),
  "22005": of("taken", "externalContactExists", "the external contact exists already"),
  "60200": of("taken", "externalContactExists", "the external contact exists already"),

  // The person decides
  "40103": of(
    "pending",
    "invitationPending",
    "an invitation was sent, and the person has not accepted yet",
    "mobile",
  ),
  "41054": of(
    "locked",
    "mobileLocked",
    "the number of a person who has signed in cannot be changed here",
    "mobile",
  ),
  "40021": of(
    "locked",
    "mobileOfOtherAccount",
    "the new number belongs to another DingTalk account",
    "mobile",
  ),
  "40022": of(
    "locked",
    "mobileDiffersFromLogin",
    "the number here differs from the one the person signs in with",
    "mobile",
  ),

  // Data
  "60001": of("data", "nameInvalid", "the department's name is empty or too long", "name"),
  "60009": of("data", "nameInvalid", "the name has a character that DingTalk does not allow", "name"),
  "60022": of("data", "nameSensitive", "DingTalk considers the name sensitive", "name"),
  "40011": of("data", "orderInvalid", "the order must be a whole number", "order"),
  "60103": of("data", "mobileInvalid", "the mobile number's form is wrong", "mobile"),
  "40104": of("data", "mobileInvalid", "the mobile number's form is wrong", "mobile"),
  "60105": of("data", "emailInvalid", "the e-mail address is not valid", "email"),
  "60112": of("data", "nameInvalid", "the name is not valid", "name"),
  "60113": of("data", "identityMissing", "there is neither a mobile number nor an e-mail address", "mobile"),
  "60118": of("data", "identityMissing", "there is neither a mobile number nor an e-mail address", "mobile"),
  "60119": of(
    "data",
    "contactInvalid",
    "the mobile number or the e-mail address is not valid",
    "mobileOrEmail",
  ),
  "60122": of("data", "customFieldInvalid", "an extension field is not valid", "extension"),
  "60123": of("data", "jobNumberInvalid", "the job number is not valid", "job_number"),
  "40063": of("data", "extensionTooLong", "the telephone extension is too long", "telephone"),
  "40064": of("data", "workPlaceTooLong", "the work place is too long", "work_place"),
  "40065": of("data", "remarkTooLong", "the remark is too long", "remark"),
  "40066": of("data", "tooManyDepartmentsOfPerson", "there are too many departments", "departments"),
  "40025": of("data", "departmentListInvalid", "the department list's form is wrong", "departments"),
  "60109": of(
    "data",
    "visibilityListInvalid",
    "a list of who may see the department is not valid",
    "permits",
  ),
  "600109": of(
    "data",
    "visibilityListInvalid",
    "a list of who may see the department is not valid",
    "permits",
  ),
  "60510": of("data", "visibilityNotSet", "the department's visibility could not be set", "visibility"),
  "60019": of("data", "departmentNotListed", "the department cannot be listed this way"),
  "34018": of("data", "roleNameEmpty", "the role's name is empty", "name"),
  "40032": of("data", "tooManyPeopleListed", "a list of people has too many entries"),
  "40033": of("data", "characterNotRead", "the text has a character that DingTalk does not read"),
  "40035": of("data", "parameterInvalid", "a parameter is missing or wrong"),
  "40038": of("data", "formInvalid", "the request's form is wrong"),
  "400002": of("data", "parameterInvalid", "a parameter is missing or wrong"),
  "47001": of("data", "formInvalid", "the body is not valid JSON"),
  "40068": of("data", "pageInvalid", "the page's start is out of range"),
  "40069": of("data", "pageInvalid", "the page's size is out of range"),
  "invalid.param": of("data", "parameterInvalid", "a parameter is missing or wrong"),
  "unsupported.grant.type": of("data", "tokenCallInvalid", "the token call is not understood"),

  // Capacity
  "60002": of("capacity", "departmentTooDeep", "the department would be deeper than 20 levels", "parent"),
  "60110": of("capacity", "tooManyDepartments", "there are too many departments", "parent"),
  "40023": of("capacity", "departmentFull", "the department has too many members", "departments"),
  "40019": of(
    "capacity",
    "tooManyOrganisations",
    "the number's owner is in five unverified organisations already",
    "mobile",
    "the person has to leave one of them",
  ),
  "40020": HEADCOUNT,
  "40024": HEADCOUNT,
  "45024": HEADCOUNT,
  "60203": of("capacity", "tooManyExternalContacts", "there are too many external contacts"),
  "60204": of("data", "labelMissing", "the label of the external contact does not exist"),
  "60205": of("data", "externalContactsOff", "the organisation does not have external contacts switched on"),

  // Protected
  "60007": of("protected", "rootProtected", "the organisation itself cannot be removed"),
  "60018": of("protected", "rootProtected", "the organisation itself cannot be changed"),
  "23004": of("protected", "roleProtected", "the role belongs to DingTalk"),
  "45016": of("protected", "roleProtected", "the role belongs to DingTalk"),
  "exclusive.account.only": of(
    "protected",
    "notEnterpriseAccount",
    "only enterprise accounts of this organisation can be switched off",
  ),
};

export const UNKNOWN = of("data", "unknownAnswer", "DingTalk refused with a code we do not know");
const UNKNOWN_CLIENT_FAULT = /^http-4/;

/**
 * Always defined: an unknown code is a refusal of these data, shown with its code. It parks one entity and
 * stops nothing else.
 */
export function meaningOf(code: string): Meaning {
  const lastWord = code.slice(code.lastIndexOf(".") + 1);
  if (Object.hasOwn(CODES, code)) return CODES[code] ?? UNKNOWN;
  if (Object.hasOwn(CODES, lastWord)) return CODES[lastWord] ?? UNKNOWN;
  return UNKNOWN_CLIENT_FAULT.test(code)
    ? of("data", "unknownAnswer", `DingTalk answered ${code} without saying why`)
    : UNKNOWN;
}
