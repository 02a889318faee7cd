import type { Organisation } from "../organisation/model.ts";
import type { Department } from "../organisation/records.ts";
import type { Phone, User } from "../organisation/user-record.ts";

/**
 * A person as `user/get` shows them to an app with all field permissions (docs/dingtalk.md 5.4). Fields
 * without a value are absent.
 */
export function userView(organisation: Organisation, user: User): Record<string, unknown> {
  return {
    ...basics(organisation, user),
    ...mobileView(user),
    ...personal(user),
    ...(user.manager_userid === undefined ? {} : { manager_userid: user.manager_userid }),
    dept_order_list: user.posts.map(({ dept_id, order }) => ({ dept_id, order })),
    leader_in_dept: user.posts.map(({ dept_id }) => ({
      dept_id,
      leader: leads(organisation.departments.get(dept_id), user),
    })),
    ...(user.roles.length > 0 ? { role_list: roleList(organisation, user) } : {}),
  };
}

/**
 * The same, without the fields that the app has no permission for (docs/dingtalk.md 2.3), and without `email`
 * if reads do not show it (docs/dingtalk.md 5.5).
 */
export function permittedUserView(organisation: Organisation, user: User): Record<string, unknown> {
  return withoutForbidden(organisation, user, userView(organisation, user));
}

/**
 * A person as `user/list` shows them in one department: with `dept_order` and `leader`, without manager and
 * roles (docs/dingtalk.md 5.4).
 */
export function memberView(organisation: Organisation, user: User, deptId: number): Record<string, unknown> {
  return withoutForbidden(organisation, user, {
    ...basics(organisation, user),
    ...mobileView(user),
    ...personal(user),
    dept_order: user.posts.find((post) => post.dept_id === deptId)?.order ?? 0,
    leader: leads(organisation.departments.get(deptId), user),
  });
}

function basics(organisation: Organisation, user: User): Record<string, unknown> {
  return {
    userid: user.userid,
    unionid: user.unionid,
    name: user.name,
    hide_mobile: user.hide_mobile,
    ...set("telephone", user.telephone),
    ...set("job_number", user.job_number),
    ...set("title", user.title),
    ...(user.hired_date === undefined ? {} : { hired_date: user.hired_date }),
    dept_id_list: user.posts.map((post) => post.dept_id),
    dept_position_list: user.posts.map((post) => ({
      dept_id: post.dept_id,
      is_main: post.main,
      title: post.title ?? user.title,
      work_place: post.work_place ?? "",
    })),
    ...set("avatar", user.avatar),
    active: user.active,
    real_authed: user.active,
    admin: user.sysLevel !== undefined,
    boss: user.sysLevel === 1,
    senior: user.senior,
    ...accountView(organisation, user),
  };
}

function accountView(organisation: Organisation, { account }: User): Record<string, unknown> {
  if (!account) return { exclusive_account: false };
  return {
    exclusive_account: true,
    exclusive_account_type: account.type,
    ...set("login_id", account.login_id),
    ...set("nickname", account.nickname),
    ...(account.phone ? { exclusive_mobile: joined(account.phone) } : {}),
    exclusive_account_corp_id: account.outer?.corpId ?? organisation.corpId,
    exclusive_account_corp_name: account.outer?.corpName ?? organisation.switches.organisationName,
    disable_status: account.disabled,
  };
}

/** Reads show country code and number as two fields (docs/dingtalk.md 5.4). */
const mobileView = ({ phone }: User): Record<string, unknown> =>
  phone ? { state_code: phone.stateCode, mobile: phone.number } : {};

const personal = (user: User): Record<string, unknown> => ({
  ...set("email", user.email),
  ...set("org_email", user.org_email),
  ...set("work_place", user.work_place),
  ...set("remark", user.remark),
  ...(Object.keys(user.extension).length > 0 ? { extension: JSON.stringify(user.extension) } : {}),
});

function withoutForbidden(
  organisation: Organisation,
  user: User,
  view: Record<string, unknown>,
): Record<string, unknown> {
  const { mobile, personal } = organisation.switches.fieldPermissions;
  if (organisation.switches.emailShown === "whenSetUp" && !user.mailSetUp) delete view["email"];
  if (!mobile) for (const name of ["mobile", "state_code", "exclusive_mobile"]) delete view[name];
  if (!personal)
    for (const name of ["email", "org_email", "work_place", "remark", "extension"]) delete view[name];
  return view;
}

function roleList(organisation: Organisation, user: User): Record<string, unknown>[] {
  return user.roles.flatMap(({ role_id }) => {
    const role = organisation.roles.get(role_id);
    return role
      ? [{ id: role.id, name: role.name, group_name: organisation.roleGroups.get(role.groupId)?.name ?? "" }]
      : [];
  });
}

const leads = (department: Department | undefined, user: User): boolean =>
  department?.dept_manager_userid_list.includes(user.userid) ?? false;

const joined = (phone: Phone): string => `+${phone.stateCode}-${phone.number}`;

const set = (name: string, value: string | undefined): Record<string, string> =>
  value ? { [name]: value } : {};
