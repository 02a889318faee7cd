import { loginKey } from "../organisation/indexes.ts";
import { parseExclusiveMobile } from "../organisation/mobile.ts";
import type { Organisation } from "../organisation/model.ts";
import type { EnterpriseAccount } from "../organisation/user-record.ts";
import { boundedText, type Fields, flag, text } from "../wire/fields.ts";
import { missing, refuse } from "../wire/refusal.ts";

/** The enterprise account that a create describes (docs/dingtalk.md 6). Undefined for a regular account. */
export function readAccount(organisation: Organisation, fields: Fields): EnterpriseAccount | undefined {
  if (text(fields, "outer_exclusive_corpid")) return readOuterAccount(organisation, fields);
  if (flag(fields, "exclusive_account") !== true) return undefined;
  if (!organisation.switches.enterpriseAccounts) throw refuse(400002);
  const type = text(fields, "exclusive_account_type");
  if (type !== "sso" && type !== "dingtalk") throw refuse(40035, " exclusive_account_type");
  const account: EnterpriseAccount = { type, disabled: false, ...readNames(organisation, fields) };
  if (type === "sso") return account;
  const login_id = boundedText(fields, "login_id", 64);
  if (!login_id) throw missing("login_id");
  requireFreeLogin(organisation, login_id, undefined);
  const password = text(fields, "init_password");
  if (!password) throw missing("init_password");
  requirePassword(password);
  return { ...account, login_id };
}

/**
 * The account of another organisation (docs/dingtalk.md 6). That organisation must have allowed its use, and
 * keeps its type and login name.
 */
function readOuterAccount(organisation: Organisation, fields: Fields): EnterpriseAccount {
  const { enterpriseAccounts, outerAccounts } = organisation.switches;
  if (!enterpriseAccounts) throw refuse(400002);
  const userid = text(fields, "outer_exclusive_userid");
  if (!userid) throw missing("outer_exclusive_userid");
  const granted = outerAccounts.find(({ corpId }) => corpId === text(fields, "outer_exclusive_corpid"));
  if (!granted?.userids.includes(userid)) throw refuse(400002);
  return {
    type: "sso",
    disabled: false,
    ...readNames(organisation, fields),
    outer: { corpId: granted.corpId, corpName: granted.corpName, userid },
  };
}

/**
 * The account after an update. In this call the login name is `loginId`, and not `login_id`
 * (docs/dingtalk.md 6).
 */
export function changeAccount(
  organisation: Organisation,
  fields: Fields,
  userid: string,
  account: EnterpriseAccount,
): EnterpriseAccount {
  const changed = { ...account, ...readNames(organisation, fields) };
  if (account.type === "sso") return changed;
  const password = text(fields, "init_password");
  if (password) requirePassword(password);
  const login_id = boundedText(fields, "loginId", 64);
  if (!login_id) return changed;
  requireFreeLogin(organisation, login_id, userid);
  return { ...changed, login_id };
}

function readNames(organisation: Organisation, fields: Fields): Partial<EnterpriseAccount> {
  const nickname = boundedText(fields, "nickname", 80);
  const mobile = text(fields, "exclusive_mobile");
  const phone = mobile ? parseExclusiveMobile(organisation.switches, mobile) : undefined;
  if (mobile && !phone) throw refuse(60103);
  return { ...(nickname ? { nickname } : {}), ...(phone ? { phone } : {}) };
}

function requireFreeLogin(organisation: Organisation, loginId: string, self: string | undefined): void {
  const holder = organisation.byLoginId.get(loginKey(loginId));
  if (holder !== undefined && holder !== self) throw refuse(40035, " login_id已存在");
}

/** Refuses a password of fewer than 8 characters, of letters only or of digits only. */
function requirePassword(password: string): void {
  if (password.length < 8 || /^[A-Za-z]+$/.test(password) || /^\d+$/.test(password))
    throw refuse(40035, " init_password");
}
