import { unionid } from "../organisation/identifiers.ts";
import { parseMobile, writtenMobile } from "../organisation/mobile.ts";
import type { Organisation } from "../organisation/model.ts";
import { type Act, type Done, RefusedWithChanges } from "../organisation/organisation.ts";
import { withOwnWays } from "../organisation/own-ways.ts";
import { readPosts } from "../organisation/posts.ts";
import { type Phone, phoneKey, type User, type UserTexts } from "../organisation/user-record.ts";
import { type Fields, text } from "../wire/fields.ts";
import { missing, refuse } from "../wire/refusal.ts";
import { readAccount } from "./enterprise-fields.ts";
import {
  noTexts,
  readExtension,
  readFlags,
  readTexts,
  readUserid,
  requiredName,
  requireFreeTexts,
  requireManager,
} from "./fields.ts";

/**
 * `POST /topapi/v2/user/create` (docs/dingtalk.md 5.1), for regular and enterprise accounts
 * (docs/dingtalk.md 6). A new person is not active.
 */
export function createUser(organisation: Organisation, given: Fields, act: Act): Done {
  const fields = withOwnWays(organisation, "user", given, act);
  const userid = readUserid(fields);
  const name = requiredName(fields);
  const account = readAccount(organisation, fields);
  const phone = account ? undefined : readPhone(organisation, fields);
  const texts = { ...noTexts, ...readTexts(organisation, fields) };
  const flags = readFlags(fields);
  if (text(fields, "dept_id_list") === undefined) throw missing("dept_id_list");
  const posts = readPosts(organisation, fields, act, []);
  const extension = readExtension(organisation, fields, {}) ?? {};

  if (userid !== undefined && organisation.users.has(userid)) throw refuse(60102);
  if (phone) requireFreeMobile(organisation, phone, undefined);
  requireFreeTexts(organisation, texts, undefined);
  const manager = text(fields, "manager_userid");
  const at = act.ids.next();
  const outer = account?.outer;
  const identity = phone ? phoneKey(phone) : outer ? `${outer.corpId} ${outer.userid}` : `account ${at}`;
  // The account of another organisation is already a member: a person cannot be a member twice.
  if (outer && organisation.byUnionid.has(unionid(organisation.seed, organisation.corpId, identity)))
    throw refuse(60107);
  const user: User = {
    userid: userid ?? act.ids.userid((id) => organisation.users.has(id)),
    unionid: unionid(organisation.seed, organisation.corpId, identity),
    name,
    hide_mobile: false,
    senior: false,
    ...texts,
    ...assignedTelephone(organisation, texts, act),
    ...flags,
    ...(phone ? { phone } : {}),
    ...(account ? { account } : {}),
    ...(manager ? { manager_userid: requireManager(organisation, manager) } : {}),
    posts,
    extension,
    active: false,
    roles: [],
    entered: at,
    modified: at,
  };
  requireHeadcount(organisation);
  if (phone) requireConsent(organisation, phone, user, act);
  return {
    answer: { result: { userid: user.userid, unionId: user.unionid } },
    changes: [{ type: "user.put", user }],
    events: [{ eventType: "user_add_org", data: { timeStamp: String(act.nowMs), userId: [user.userid] } }],
  };
}

/** Refuses a number in the wrong form for the region of the organisation with 60103. */
function readPhone(organisation: Organisation, fields: Fields): Phone {
  const written = text(fields, "mobile");
  if (!written) throw text(fields, "email") ? missing("mobile") : refuse(60113);
  const phone = parseMobile(organisation.switches, written);
  if (!phone) throw refuse(60103);
  return phone;
}

/** Refuses a number that another person has with 60104. The answer contains the userid of that person. */
export function requireFreeMobile(organisation: Organisation, phone: Phone, self: string | undefined): void {
  const holder = organisation.byMobile.get(phoneKey(phone));
  if (holder === undefined || holder === self) return;
  const names = organisation.switches.duplicateMobileNames;
  const inText = names === "text" || names === "both" ? ` userid:${holder}` : "";
  throw refuse(60104, inText, names === "field" || names === "both" ? { userid: holder } : undefined);
}

function requireHeadcount(organisation: Organisation): void {
  const { maxUsers, verified } = organisation.switches;
  if (maxUsers > 0 && organisation.users.size >= maxUsers) throw refuse(verified ? 40024 : 40020);
}

/**
 * Refuses a person who has to consent with 40103, and sends an invitation (docs/dingtalk.md 5.1). Before
 * that, the switch `createRefusals` may refuse the number with another code.
 */
function requireConsent(organisation: Organisation, phone: Phone, user: User, act: Act): void {
  const { createRefusals, protectedMobiles } = organisation.switches;
  const written = writtenMobile(organisation.switches, phone);
  const refusal = createRefusals[written];
  if (refusal !== undefined) throw refuse(refusal);
  const mobile = phoneKey(phone);
  if (!protectedMobiles.includes(written) || organisation.consentedMobiles.has(mobile)) return;
  const sent = (organisation.invitations.get(mobile)?.sent ?? 0) + 1;
  throw new RefusedWithChanges(refuse(40103).refusal, [
    { type: "invitation.put", invitation: { mobile, user, sentMs: act.nowMs, sent } },
  ]);
}

/**
 * A `telephone` that DingTalk assigns (docs/dingtalk.md 5.1). With the switch `assignsTelephones`, everybody
 * without one gets it.
 */
function assignedTelephone(
  organisation: Organisation,
  { telephone }: UserTexts,
  act: Act,
): Partial<UserTexts> {
  if (!organisation.switches.assignsTelephones || telephone !== "") return {};
  return {
    telephone: String(
      act.ids.number(80_000, 90_000, (number) => organisation.byTelephone.has(String(number))),
    ),
  };
}
