import { loginKey } from "../organisation/indexes.ts";
import { parseSearchedMobile } from "../organisation/mobile.ts";
import type { Organisation } from "../organisation/model.ts";
import type { Act, Done } from "../organisation/organisation.ts";
import { requireUser } from "../organisation/scope.ts";
import { phoneKey } from "../organisation/user-record.ts";
import { departmentIds, type Fields, flag, page, requiredText, requiredWhole, text } from "../wire/fields.ts";
import { missing, refuse } from "../wire/refusal.ts";
import { requireKnownUser, requireReachableUser } from "./lookup.ts";
import { more } from "./member-lists.ts";
import { permittedUserView } from "./view.ts";

/**
 * `POST /topapi/v2/user/get` (docs/dingtalk.md 5.4). Finds an enterprise account also by `login_id`
 * (docs/dingtalk.md 6).
 */
export function getUser(organisation: Organisation, fields: Fields, act: Act): Done {
  const userid =
    text(fields, "userid") || organisation.byLoginId.get(loginKey(text(fields, "login_id") ?? ""));
  if (!userid && !text(fields, "login_id")) throw missing("userid");
  const user = requireReachableUser(organisation, act, userid ?? "");
  return { answer: { result: permittedUserView(organisation, user) } };
}

/** `POST /topapi/user/listid`: unpaged, not limited by the contact scope (docs/dingtalk.md 2.3). */
export function listIds(organisation: Organisation, fields: Fields): Done {
  const deptId = requiredWhole(fields, "dept_id", 40009);
  if (!organisation.departments.has(deptId)) throw refuse(60003);
  return { answer: { result: { userid_list: [...(organisation.membersOf.get(deptId) ?? [])] } } };
}

/** `POST /topapi/user/count`. */
export function countUsers(organisation: Organisation, fields: Fields): Done {
  if (!flag(fields, "only_active")) return { answer: { result: { count: organisation.users.size } } };
  let count = 0;
  for (const user of organisation.users.values()) if (user.active) count += 1;
  return { answer: { result: { count } } };
}

/**
 * `POST /topapi/user/listadmin`: 1 main administrator, 2 sub-administrator. A change appears after the time
 * of the switch `adminListDelayMs`.
 */
export function listAdmins(organisation: Organisation, _fields: Fields, act: Act): Done {
  const result: { userid: string; sys_level: number }[] = [];
  const shownUntil = act.nowMs - organisation.switches.adminListDelayMs;
  for (const { userid, sysLevel, formerLevel } of organisation.users.values()) {
    const level = formerLevel && formerLevel.untilMs > shownUntil ? formerLevel.level : sysLevel;
    if (level) result.push({ userid, sys_level: level });
  }
  return { answer: { result } };
}

/**
 * `POST /topapi/v2/user/getbymobile`: finds members, and enterprise accounts only if the call asks for them
 * (docs/dingtalk.md 5.4).
 */
export function getByMobile(organisation: Organisation, fields: Fields, act: Act): Done {
  const phone = parseSearchedMobile(organisation.switches, requiredText(fields, "mobile"));
  if (!phone) throw refuse(40104);
  const userid = organisation.byMobile.get(phoneKey(phone));
  const searchesAccounts = flag(fields, "support_exclusive_account_search") ?? false;
  const accounts = searchesAccounts ? [...(organisation.byExclusiveMobile.get(phoneKey(phone)) ?? [])] : [];
  if (userid === undefined && accounts.length === 0) throw refuse(60121);
  for (const found of [userid, ...accounts])
    if (found !== undefined) requireUser(organisation, act, organisation.users.get(found)!);
  return {
    answer: {
      result: {
        ...(userid === undefined ? {} : { userid }),
        ...(searchesAccounts ? { exclusive_account_userid_list: accounts } : {}),
      },
    },
  };
}

/** `POST /topapi/user/getbyunionid`: `contact_type` 0 means an employee, 1 an external contact. */
export function getByUnionid(organisation: Organisation, fields: Fields, act: Act): Done {
  const wanted = requiredText(fields, "unionid");
  const userid = organisation.byUnionid.get(wanted);
  if (userid === undefined) return contactByUnionid(organisation, wanted);
  requireUser(organisation, act, requireKnownUser(organisation, userid));
  return { answer: { result: { contact_type: 0, userid } } };
}

function contactByUnionid(organisation: Organisation, wanted: string): Done {
  for (const { unionid, userid } of organisation.contacts.values())
    if (unionid === wanted) return { answer: { result: { contact_type: 1, userid } } };
  throw refuse(60121);
}

/**
 * `POST /topapi/inactive/user/v2/get`: people who did or did not use DingTalk on a day. The simulator only
 * knows whether they are activated, and ignores the day.
 */
export function listInactive(organisation: Organisation, fields: Fields): Done {
  const active = flag(fields, "is_active") ?? false;
  const departments = departmentIds(fields, "dept_ids", 40009);
  requiredText(fields, "query_date");
  const { offset, size } = page(fields, { offset: "offset", size: "size", max: 100, usual: 100 });
  const found: string[] = [];
  for (const user of organisation.users.values()) {
    const inside = !departments?.length || user.posts.some((post) => departments.includes(post.dept_id));
    if (inside && user.active === active) found.push(user.userid);
  }
  const list = found.slice(offset, offset + size);
  return { answer: { result: { ...more(offset + list.length, found.length), list } } };
}
