import type { Organisation } from "../organisation/model.ts";
import type { Act, Done } from "../organisation/organisation.ts";
import type { EnterpriseAccount, User } from "../organisation/user-record.ts";
import { type Fields, text } from "../wire/fields.ts";
import { invalidParameter, refuseNew } from "../wire/refusal.ts";

type Owned = User & { readonly account: EnterpriseAccount };

/** `POST /v1.0/contact/orgAccounts/disable` (docs/dingtalk.md 6). */
export const disableAccount = (organisation: Organisation, fields: Fields, act: Act): Done =>
  setDisabled(organisation, fields, act, true);

/** `POST /v1.0/contact/orgAccounts/enable`. */
export const enableAccount = (organisation: Organisation, fields: Fields, act: Act): Done =>
  setDisabled(organisation, fields, act, false);

function setDisabled(organisation: Organisation, fields: Fields, act: Act, disabled: boolean): Done {
  const user = requireOwned(organisation, fields);
  if (user.account.disabled === disabled) return { answer: { result: true } };
  const changed = { ...user, account: { ...user.account, disabled }, modified: act.ids.next() };
  return { answer: { result: true }, changes: [{ type: "user.put", user: changed }] };
}

/**
 * `POST /v1.0/contact/orgAccounts/signOut`. It changes nothing, because sessions are not part of the
 * simulated state.
 */
export function signOutAccount(organisation: Organisation, fields: Fields): Done {
  requireOwned(organisation, fields);
  return { answer: { result: true } };
}

/** `GET /v1.0/contact/orgAccounts/status`. */
export const accountStatus = (organisation: Organisation, fields: Fields): Done => ({
  answer: { disable: requireOwned(organisation, fields).account.disabled },
});

/**
 * `POST /v1.0/contact/orgAccounts/multiOrgPermissions/auth`: allows another organisation to use the accounts
 * of some departments.
 */
export function authoriseOrganisation(organisation: Organisation, fields: Fields): Done {
  requireFeature(organisation);
  const joinCorpId = text(fields, "joinCorpId");
  if (!joinCorpId) throw invalidParameter("joinCorpId");
  const list = fields.grantDeptIdList ?? [];
  if (!Array.isArray(list)) throw invalidParameter("grantDeptIdList");
  const grantDeptIdList = list.map(Number);
  if (!grantDeptIdList.every((id) => organisation.departments.has(id)))
    throw invalidParameter("grantDeptIdList");
  return {
    answer: { result: true },
    changes: [{ type: "grant.put", grant: { joinCorpId, grantDeptIdList } }],
  };
}

/**
 * Refuses an unknown user with `user.not.exist`, and an account that this organisation does not own with
 * `exclusive.account.only`.
 */
function requireOwned(organisation: Organisation, fields: Fields): Owned {
  requireFeature(organisation);
  const userId = text(fields, "userId");
  if (!userId) throw invalidParameter("userId");
  const user = organisation.users.get(userId);
  if (!user) throw refuseNew(400, "user.not.exist", "用户不存在");
  if (!user.account || user.account.outer)
    throw refuseNew(400, "exclusive.account.only", "仅支持本组织的企业账号");
  return { ...user, account: user.account };
}

function requireFeature(organisation: Organisation): void {
  if (!organisation.switches.enterpriseAccounts) throw refuseNew(400, "400002", "企业未开通企业账号");
}
