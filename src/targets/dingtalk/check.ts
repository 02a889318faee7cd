import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/entity.ts";
import type { Problem, WriteContext } from "../../reconcile/target.ts";
import {
  TargetError,
  TargetNotFound,
  TargetRejected,
  TargetThrottled,
  TargetUnavailable,
} from "../../reconcile/target-failures.ts";
import { type CheckReason, hostOf, isWayThere, problemOf } from "./check-problem.ts";
import { isObject } from "./client/answers/answer.ts";
import type { Kind } from "./client/answers/code-meaning.ts";
import { meaningOf } from "./client/answers/codes.ts";
import { API, type Api, organisationToken } from "./client/apis.ts";
import type { DingTalkClient, Session } from "./client/client.ts";
import { idsOf, objectsIn } from "./client/wire-values.ts";
import { checkCloud } from "./cloud.ts";
import type { DingTalkConfig } from "./config.ts";
import { type Registration, registrationSeenIn } from "./people/registration.ts";
import { ROOT } from "./structure/department-wire.ts";

/**
 * A user id that does not exist. A request to change this person needs the permission and changes nothing.
 */
const PROBE_USER_ID = "dingtalk-scim-check";
/** Above this difference, announced ends of throttles and signatures are unreliable. */
const MAX_SKEW_MS = 5 * 60_000;

interface Probe {
  readonly api: Api;
  readonly parameters: JsonObject;
}

/** One harmless call for each permission that the adapter needs (docs/dingtalk.md 2.3). */
function probesOf({ managedRoot = ROOT, enterpriseAccounts }: DingTalkConfig): readonly Probe[] {
  const dept_id = Number(managedRoot);
  return [
    { api: API.departmentGet, parameters: { dept_id } },
    // One page of people. The people in the root also show how this organisation writes numbers.
    { api: API.userList, parameters: { dept_id, cursor: 0, size: 100 } },
    { api: API.userAdmins, parameters: {} },
    { api: API.userUpdate, parameters: { userid: PROBE_USER_ID, name: PROBE_USER_ID } },
    ...(enterpriseAccounts ? [ACCOUNT_PROBE] : []),
  ];
}

const ACCOUNT_PROBE: Probe = { api: API.accountStatus, parameters: { userId: PROBE_USER_ID } };

/**
 * Fields of people that DingTalk leaves out without a field permission, and the name of this permission in
 * the console.
 */
const FIELD_PERMISSIONS: readonly (readonly [field: string, shown: string, permission: string])[] = [
  ["mobile", "mobile numbers", "企业员工手机号信息 (employees' mobile numbers)"],
  [
    "email",
    "e-mail addresses, work places, remarks and custom fields",
    "邮箱等个人信息 (e-mail and other personal information)",
  ],
];

/** Problems that prevent syncing; see `TargetAdapter.check`. Costs about eight calls and changes nothing. */
export function createCheck(
  client: DingTalkClient,
  config: DingTalkConfig,
  clock: Clock,
  registration: Registration,
) {
  return async function check(context: WriteContext): Promise<readonly Problem[]> {
    const session = client.open(context);
    const cloud = checkCloud(config);
    const credentials = await checkCredentials(session, config);
    if (credentials.length > 0) return [...cloud, ...credentials];
    const problems: Problem[] = [...cloud, ...(await checkScope(session, config))];
    for (const probe of probesOf(config)) {
      if (
        problems.some(
          ({ code, concerns }) =>
            concerns === "moment" || isWayThere(code) || NOTHING_WORKS.has(meaningOf(code).kind),
        )
      )
        break;
      const answer = await attempt(() => session.call(probe.api, probe.parameters));
      if (answer instanceof TargetNotFound && probe.api === API.departmentGet)
        return [...problems, rootMissing(config)];
      if (answer instanceof TargetError) problems.push(...whyRefused(config, probe.api, answer));
      else if (probe.api === API.userList) problems.push(...checkRegistration(registration, answer));
    }
    return [...problems, ...checkClock(session, clock)];
  };
}

/** Refusals that every call would get. One of them is enough. */
const NOTHING_WORKS: ReadonlySet<Kind> = new Set(["address", "blocked", "token", "credential"]);

/**
 * DingTalk answers a wrong organisation with an unknown error (docs/dingtalk.md 2.2), and a wrong key or
 * secret with documented codes.
 */
const WRONG_ORGANISATION = new Set([
  "unknownError",
  "invalid.client",
  "unauthorized.client",
  "invalidClientIdOrSecret",
  "33001",
]);

async function checkCredentials(session: Session, config: DingTalkConfig): Promise<readonly Problem[]> {
  const openly = (api: Api, body: JsonObject) => attempt(() => session.callWithoutToken(api, body));
  const { appKey, appSecret, corpId } = config;
  const app = await openly(API.token, { appKey, appSecret });
  if (app instanceof TargetError)
    return [
      meaningOf(app.answer).kind === "credential" ? wrongApp(config, app) : problemOf(config, API.token, app),
    ];
  const api = organisationToken(corpId);
  const organisation = await openly(api, {
    client_id: appKey,
    client_secret: appSecret,
    grant_type: "client_credentials",
  });
  if (!(organisation instanceof TargetError)) return [];
  if (!WRONG_ORGANISATION.has(organisation.answer)) return [problemOf(config, api, organisation)];
  return [
    {
      code: "corp-id",
      reasonCode: "organisationWrong",
      concerns: "settings",
      text: `the app works, but not for the organisation ${corpId} (${organisation.answer})`,
      remedy:
        "copy the CorpId from open-dev.dingtalk.com › home page into DINGTALK_CORP_ID, and make sure the app belongs to that organisation",
    },
  ];
}

function wrongApp({ appKey, apiUrl }: DingTalkConfig, { answer, remedy }: TargetError): Problem {
  return {
    code: answer,
    reasonCode: meaningOf(answer).reason,
    concerns: "settings",
    text: `${hostOf(apiUrl)} does not know the app key ${appKey} with this secret`,
    remedy: `${remedy}; an app made in the other cloud (.com, .io) needs the addresses of that one`,
  };
}

async function checkScope(session: Session, config: DingTalkConfig): Promise<readonly Problem[]> {
  const answer = await attempt(() => session.call(API.scopes));
  if (answer instanceof TargetError) return [problemOf(config, API.scopes, answer)];
  const scopes = isObject(answer.auth_org_scopes) ? answer.auth_org_scopes : {};
  const departments = idsOf(scopes.authed_dept);
  const fields = idsOf(answer.auth_user_field);
  return [
    ...([ROOT, config.managedRoot].some((root) => root !== undefined && departments.includes(root))
      ? []
      : [contactScope(departments, idsOf(scopes.authed_user))]),
    ...FIELD_PERMISSIONS.filter(([field]) => fields.length > 0 && !fields.includes(field)).map(
      ([field, shown, permission]) => ({
        code: `field-${field}`,
        reasonCode: "fieldHidden" satisfies CheckReason,
        concerns: "everybody" as const,
        text: `DingTalk does not show the app people's ${shown}, so a change of them there is never noticed`,
        remedy: `grant ${permission} to the app: open-dev.dingtalk.com › the app › Permission management › Contacts`,
      }),
    ),
  ];
}

/** Maximum number of ids in a text. For more the operator has to open the console. */
const IDS_SHOWN = 5;

function contactScope(departments: readonly string[], people: readonly string[]): Problem {
  const listed = [...departments.slice(0, IDS_SHOWN), ...(departments.length > IDS_SHOWN ? ["…"] : [])].join(
    ", ",
  );
  const now = [
    ...(departments.length > 0 ? [`the departments ${listed}`] : []),
    ...(people.length > 0 ? [`${people.length} ${people.length === 1 ? "person" : "people"}`] : []),
  ].join(" and ");
  return {
    code: "contact-scope",
    reasonCode: "contactScope",
    concerns: "everybody",
    text: `the app may only touch a part of the organisation: ${now || "nothing yet"}`,
    remedy:
      "choose all employees (全部员工): open-dev.dingtalk.com › the app › Permission management › Contact scope",
  };
}

/**
 * Reports that the region of the organisation seems to differ from the settings. This is only advice: a
 * mainland number that is refused in one form is sent in the other, at the cost of one call. Answers to our
 * own writes have priority over the numbers of people.
 */
function checkRegistration(registration: Registration, answer: JsonObject): readonly Problem[] {
  const { configured, isMainland } = registration;
  const list = isObject(answer.result) ? objectsIn(answer.result.list) : [];
  const seen = isMainland === configured ? registrationSeenIn(list) : isMainland;
  if (seen === undefined || seen === configured) return [];
  return [
    {
      code: "registeredElsewhere",
      reasonCode: "registeredElsewhere" satisfies CheckReason,
      text: seen
        ? "the numbers of its people look like those of an organisation registered in mainland China, the mapping says it is registered elsewhere"
        : "the mapping says the organisation is registered in mainland China, the numbers of its people look like those of one registered elsewhere",
      remedy: `DingTalk admin console › Enterprise settings shows where it is registered; set organisation: { region: ${seen ? "CN" : "…"} } in the mapping file if this is right`,
      concerns: "everybody",
      isAdvice: true,
    },
  ];
}

const rootMissing = ({ managedRoot = ROOT }: DingTalkConfig): Problem => ({
  code: "managed-root",
  reasonCode: "managedRootMissing" satisfies CheckReason,
  concerns: "process",
  text: `DINGTALK_MANAGED_ROOT names department ${managedRoot}, which DingTalk does not have`,
  remedy:
    "set it to the id of a department: DingTalk admin console › Contacts, in the address of the department's page; unset, it is the organisation itself",
});

function whyRefused(config: DingTalkConfig, api: Api, failure: TargetError): readonly Problem[] {
  switch (meaningOf(failure.answer).kind) {
    // The probe id is missing, out of scope, or no enterprise account. Only an app with the permission gets
    // these answers.
    case "userMissing":
    case "scope":
    case "protected":
      return [];
    case "data":
      return [
        api.subject === "account" && failure instanceof TargetRejected
          ? ENTERPRISE_ACCOUNTS
          : problemOf(config, api, failure),
      ];
    default:
      return [problemOf(config, api, failure)];
  }
}

const ENTERPRISE_ACCOUNTS: Problem = {
  code: "enterprise-accounts",
  reasonCode: "enterpriseAccountsOff" satisfies CheckReason,
  concerns: "everybody",
  text: "the mapping makes enterprise accounts, and the organisation does not have them switched on",
  remedy:
    "ask DingTalk for enterprise accounts (企业账号): DingTalk admin console › Security and permissions › Enterprise accounts",
};

/** Compares DingTalk's clock with ours, by the Date header. */
function checkClock(session: Session, clock: Clock): readonly Problem[] {
  const theirs = session.serverDate;
  if (!theirs) return [];
  const skewMs = clock.now().getTime() - theirs.getTime();
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return [];
  return [
    {
      code: "clock",
      reasonCode: "clockWrong" satisfies CheckReason,
      concerns: "process",
      text: `this server's clock is ${Math.round(Math.abs(skewMs) / 1_000)} s ${skewMs > 0 ? "ahead of" : "behind"} DingTalk's`,
      remedy: "switch on time synchronisation (NTP) on this server",
    },
  ];
}

/**
 * The answer, or the refusal as a value. A temporary refusal is tried a second time, because a busy moment is
 * no problem.
 */
async function attempt(call: () => Promise<JsonObject>): Promise<JsonObject | TargetError> {
  const first = await outcome(call);
  return first instanceof TargetUnavailable || first instanceof TargetThrottled ? outcome(call) : first;
}

async function outcome(call: () => Promise<JsonObject>): Promise<JsonObject | TargetError> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof TargetError) return error;
    throw error;
  }
}
