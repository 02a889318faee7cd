import type { Organisation } from "../organisation/model.ts";
import type { Done } from "../organisation/organisation.ts";

const ALWAYS = ["name", "userid", "unionid", "avatar", "title", "job_number", "dept_id_list", "telephone"];

/**
 * `GET /auth/scopes` (docs/dingtalk.md 2.3): the contact scope of the app, and the fields that it can read.
 */
export function authScopes({ switches }: Organisation): Done {
  const { mobile, personal } = switches.fieldPermissions;
  return {
    answer: {
      auth_org_scopes: {
        authed_dept: switches.contactScope.departments,
        authed_user: switches.contactScope.users,
      },
      auth_user_field: [
        ...ALWAYS,
        ...(mobile ? ["mobile", "state_code"] : []),
        ...(personal ? ["email", "org_email", "work_place", "remark", "extension"] : []),
      ],
    },
  };
}
