import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/entity.ts";
import { type Problem, TargetError, type WriteContext } from "../../reconcile/target.ts";
import { isObject } from "./answer.ts";
import { API, type Api, organisationToken } from "./apis.ts";
import type { DingTalkClient, Session } from "./client.ts";
import { meaningOf } from "./codes.ts";
import type { DingTalkConfig } from "./config.ts";
import { ROOT } from "./department-wire.ts";
import { idsOf } from "./wire-values.ts";

/** A user id nobody has: asking to change this person needs the permission and changes nothing. */
const NOBODY = "dingtalk-scim-check";
/** Announced ends of throttles, and signatures, stop making sense beyond. */
const MAX_SKEW_MS = 5 * 60_000;

interface Probe {
  readonly api: Api;
  readonly parameters: JsonObject;
  readonly permission: string;
}

/** One harmless call for each permission point the adapter lives on (dingtalk-api.md section 2.3). */
const PROBES: readonly Probe[] = [
  { api: API.departmentGet, parameters: { dept_id: Number(ROOT) }, permission: "qyapi_get_department_list" },
  { api: API.userList, parameters: { dept_id: Number(ROOT), cursor: 0, size: 1 }, permission: "qyapi_get_department_member" },
  { api: API.userAdmins, parameters: {}, permission: "qyapi_get_member" },
  { api: API.userUpdate, parameters: { userid: NOBODY, name: NOBODY }, permission: "qyapi_manage_addresslist" },
];

const ACCOUNT_PROBE: Probe = { api: API.accountStatus, parameters: { userId: NOBODY }, permission: "Contact.OrgAccountSecurity.ReadWrite" };

/** Fields of people that DingTalk leaves out without the field permission, and what the permission is called in the console. */
const FIELD_PERMISSIONS: readonly (readonly [field: string, permission: string])[] = [
  ["mobile", "企业员工手机号信息 (employees' mobile numbers)"],
  ["email", "邮箱等个人信息 (e-mail and other personal information)"],
];

/** What is missing before syncing can work; see `TargetAdapter.check`. Costs about eight calls and changes nothing. */
export function createCheck(client: DingTalkClient, config: DingTalkConfig, clock: Clock) {
  return async function check(context: WriteContext): Promise<readonly Problem[]> {
    const session = client.open(context);
    const credentials = await checkCredentials(session, config);
    if (credentials.length > 0) return credentials;
    const problems: Problem[] = [...(await checkScope(session))];
    for (const probe of config.enterpriseAccounts ? [...PROBES, ACCOUNT_PROBE] : PROBES)
      problems.push(...(await checkPermission(session, probe)));
    return distinct([...problems, ...checkClock(session, clock)]);
  };
}

/** A wrong organisation is answered as an unknown error (section 2.2), a wrong pair by the documented codes. */
const WRONG_ORGANISATION = new Set(["unknownError", "invalid.client", "unauthorized.client", "invalidClientIdOrSecret", "33001"]);

async function checkCredentials(session: Session, config: DingTalkConfig): Promise<readonly Problem[]> {
  const openly = (api: Api, body: JsonObject) => attempt(() => session.callOpenly(api, body));
  const app = await openly(API.token, { appKey: config.appKey, appSecret: config.appSecret });
  if (app instanceof TargetError) return [problemOf(app)];
  const { appKey, appSecret, corpId } = config;
  const organisation = await openly(organisationToken(corpId), {
    client_id: appKey,
    client_secret: appSecret,
    grant_type: "client_credentials",
  });
  if (!(organisation instanceof TargetError)) return [];
  if (!WRONG_ORGANISATION.has(organisation.answer)) return [problemOf(organisation)];
  return [
    {
      code: "corp-id",
      text: `the app works, but not for the organisation ${corpId} (${organisation.answer})`,
      remedy:
        "copy the CorpId from open-dev.dingtalk.com › home page into DINGTALK_CORP_ID, and make sure the app belongs to that organisation",
    },
  ];
}

async function checkScope(session: Session): Promise<readonly Problem[]> {
  const answer = await attempt(() => session.call(API.scopes));
  if (answer instanceof TargetError) return [problemOf(answer)];
  const scopes = isObject(answer.auth_org_scopes) ? answer.auth_org_scopes : {};
  const whole = idsOf(scopes.authed_dept).includes(ROOT);
  const fields = idsOf(answer.auth_user_field);
  return [
    ...(whole ? [] : [CONTACT_SCOPE]),
    ...FIELD_PERMISSIONS.filter(([field]) => fields.length > 0 && !fields.includes(field)).map(([field, permission]) => ({
      code: `field-${field}`,
      text: `DingTalk does not tell the app people's ${field}, so a change of it there is never noticed`,
      remedy: `grant ${permission} to the app: open-dev.dingtalk.com › the app › Permission management › Contacts`,
    })),
  ];
}

const CONTACT_SCOPE: Problem = {
  code: "contact-scope",
  text: "the app may only touch a part of the organisation",
  remedy: "choose all employees: open-dev.dingtalk.com › the app › Permission management › Contact scope",
};

async function checkPermission(session: Session, { api, parameters, permission }: Probe): Promise<readonly Problem[]> {
  const failure = await attempt(() => session.call(api, parameters));
  if (!(failure instanceof TargetError)) return [];
  switch (meaningOf(failure.answer).kind) {
    case "permission":
      return [
        {
          code: permission,
          text: `the app lacks the permission ${permission}`,
          remedy: failure.remedy.includes(permission)
            ? failure.remedy
            : `grant ${permission}: open-dev.dingtalk.com › the app › Permission management`,
        },
      ];
    // The nobody asked about is missing, out of scope or no enterprise account: each is said only to those who may ask.
    case "userMissing":
    case "scope":
    case "protected":
      return [];
    case "data":
      return [api.subject === "account" ? ENTERPRISE_ACCOUNTS : problemOf(failure)];
    default:
      return [problemOf(failure)];
  }
}

const ENTERPRISE_ACCOUNTS: Problem = {
  code: "enterprise-accounts",
  text: "the mapping makes enterprise accounts, and the organisation does not have them switched on",
  remedy: "ask DingTalk for enterprise accounts (企业账号): DingTalk admin console › Security and permissions › Enterprise accounts",
};

/** DingTalk's clock against ours, by the Date header. */
function checkClock(session: Session, clock: Clock): readonly Problem[] {
  const theirs = session.serverDate;
  if (!theirs) return [];
  const skewMs = clock.now().getTime() - theirs.getTime();
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return [];
  return [
    {
      code: "clock",
      text: `this server's clock is ${Math.round(Math.abs(skewMs) / 1_000)} s ${skewMs > 0 ? "ahead of" : "behind"} DingTalk's`,
      remedy: "switch on time synchronisation (NTP) on this server",
    },
  ];
}

/** The answer, or the refusal as a value. */
async function attempt(call: () => Promise<JsonObject>): Promise<JsonObject | TargetError> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof TargetError) return error;
    throw error;
  }
}

const problemOf = (error: TargetError): Problem => ({
  code: error.answer,
  text: error.message,
  remedy: error.remedy === "" ? "try again; if it stays, see whether DingTalk can be reached from this server" : error.remedy,
});

/** An address that is not allowed, or a ban, fails every probe the same way. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [problem.code, problem])).values()];
}
