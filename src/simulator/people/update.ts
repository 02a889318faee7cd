import { unionid } from "../organisation/identifiers.ts";
import { parseMobile, writtenMobile } from "../organisation/mobile.ts";
import type { Organisation } from "../organisation/model.ts";
import type { Act, Done } from "../organisation/organisation.ts";
import { withOwnWays } from "../organisation/own-ways.ts";
import { leaveDepartments, readPosts } from "../organisation/posts.ts";
import { phoneKey, type User } from "../organisation/user-record.ts";
import { type Fields, ids, present, requiredText, text } from "../wire/fields.ts";
import { missing, refuse } from "../wire/refusal.ts";
import { requireFreeMobile } from "./create.ts";
import { changeAccount } from "./enterprise-fields.ts";
import { diffInfo } from "./events.ts";
import { readExtension, readFlags, readName, readTexts, requireFreeTexts, requireManager } from "./fields.ts";
import { requireReachableUser } from "./lookup.ts";

/** `POST /topapi/v2/user/update` (docs/dingtalk.md 5.2). Fields that are not in the call stay. */
export function updateUser(organisation: Organisation, given: Fields, act: Act): Done {
  const fields = withOwnWays(organisation, "user", given, act);
  const current = requireReachableUser(organisation, act, requiredText(fields, "userid"));
  if (
    current.account &&
    organisation.switches.enterpriseUpdateNeedsDepartments &&
    text(fields, "dept_id_list") === undefined
  ) {
    throw missing("dept_id_list");
  }
  const texts = readTexts(organisation, fields);
  requireFreeTexts(organisation, texts, current.userid);
  const posts = readPosts(organisation, fields, act, current.posts);
  const { manager_userid: _manager, ...unmanaged } = current;
  const manager = readManager(organisation, fields, current);
  const user: User = {
    ...unmanaged,
    ...texts,
    ...readFlags(fields),
    ...present({ name: readName(fields), extension: readExtension(organisation, fields, current.extension) }),
    ...(manager === undefined ? {} : { manager_userid: manager }),
    ...readMobile(organisation, fields, current),
    ...(current.account
      ? { account: changeAccount(organisation, fields, current.userid, current.account) }
      : {}),
    posts,
    modified: act.ids.next(),
  };
  const left = leaveDepartments(organisation, current.userid, current.posts, posts);
  const event = {
    eventType: "user_modify_org",
    data: { timeStamp: String(act.nowMs), userId: [user.userid], diffInfo: diffInfo(current, user) },
  };
  return { answer: {}, changes: [...left, { type: "user.put", user }], events: [event] };
}

/**
 * The manager after the call. Only `force_update_fields` clears it (docs/dingtalk.md 5.2); an empty
 * `manager_userid` alone has no effect.
 */
function readManager(organisation: Organisation, fields: Fields, current: User): string | undefined {
  const manager = text(fields, "manager_userid");
  if (manager) return requireManager(organisation, manager);
  const forced = ids(fields, "force_update_fields")?.includes("manager_userid") ?? false;
  return forced ? undefined : current.manager_userid;
}

/**
 * A change of the mobile number (docs/dingtalk.md 5.2). Refused for an activated person, and for a number
 * that has a DingTalk account. DingTalk identifies a person without activation by their number, so the
 * unionid changes too.
 */
function readMobile(organisation: Organisation, fields: Fields, current: User): Partial<User> {
  const { mobileInUpdate, activatedMobileChange, registeredMobiles } = organisation.switches;
  const written = text(fields, "mobile");
  if (!written || mobileInUpdate === "ignored" || current.account) return {};
  const phone = parseMobile(organisation.switches, written);
  if (!phone) throw refuse(60103);
  const mobile = phoneKey(phone);
  if (current.phone && phoneKey(current.phone) === mobile) return {};
  requireFreeMobile(organisation, phone, current.userid);
  if (current.active) throw refuse(activatedMobileChange);
  if (
    organisation.registeredMobiles.has(mobile) ||
    registeredMobiles.includes(writtenMobile(organisation.switches, phone))
  )
    throw refuse(40021);
  return { phone, unionid: unionid(organisation.seed, organisation.corpId, mobile) };
}
