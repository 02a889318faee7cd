import { phoneKey, type User } from "../organisation/user-record.ts";

/**
 * The changed fields in camelCase, as in `user_modify_org` (docs/dingtalk.md 10.1). A cleared field is
 * missing in `curr`.
 */
export function diffInfo(before: User, after: User): Record<string, unknown> {
  const [prev, curr] = [eventView(before), eventView(after)];
  const changed = Object.keys({ ...prev, ...curr }).filter(
    (key) => JSON.stringify(prev[key]) !== JSON.stringify(curr[key]),
  );
  const pick = (view: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(changed.filter((key) => view[key] !== undefined).map((key) => [key, view[key]]));
  return { userid: after.userid, prev: pick(prev), curr: pick(curr) };
}

function eventView(user: User): Record<string, unknown> {
  const text = (value: string): string | undefined => value || undefined;
  return {
    name: user.name,
    managerUserid: user.manager_userid,
    hiredDate:
      user.hired_date === undefined ? undefined : new Date(user.hired_date).toISOString().slice(0, 10),
    telephone: text(user.telephone),
    email: text(user.email),
    jobNumber: text(user.job_number),
    workPlace: text(user.work_place),
    title: text(user.title),
    remark: text(user.remark),
    mobile: user.phone ? phoneKey(user.phone) : undefined,
    deptIdList: user.posts.map((post) => post.dept_id),
    extension: Object.keys(user.extension).length > 0 ? JSON.stringify(user.extension) : undefined,
  };
}
