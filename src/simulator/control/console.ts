import { parseSearchedMobile } from "../organisation/mobile.ts";
import type { Organisation } from "../organisation/model.ts";
import type { Act, Done, Rule } from "../organisation/organisation.ts";
import { withOneMain } from "../organisation/posts.ts";
import type { Change } from "../organisation/records.ts";
import { phoneKey, type User } from "../organisation/user-record.ts";
import { requireFreeMobile } from "../people/create.ts";
import { leaveByThemselves } from "../people/delete.ts";
import { takenTexts } from "../people/fields.ts";
import { requireKnownUser } from "../people/lookup.ts";
import { type Fields, requiredText, requiredWhole } from "../wire/fields.ts";
import { refuse } from "../wire/refusal.ts";

const DAY_MS = 86_400_000;

/**
 * What people and administrators do outside the API, by the name that `POST /_sim/edit` takes. Apps cannot
 * call it.
 */
export const consoleActs: ReadonlyMap<string, Rule> = new Map([
  ["activate", activate],
  ["accept", acceptInvitation],
  ["renumber", renumber],
  ["leave", leaveByThemselves],
  ["admin", setAdministrator],
  ["mail", setUpMail],
  ["picture", changePicture],
]);

/** The person signs in for the first time: they become active, and DingTalk registers their number. */
function activate(organisation: Organisation, fields: Fields): Done {
  const user = requireKnownUser(organisation, requiredText(fields, "userid"));
  if (user.active) return { answer: {} };
  const registered: Change[] = user.phone
    ? [{ type: "mobile.registered", mobile: phoneKey(user.phone) }]
    : [];
  return {
    answer: {},
    changes: [{ type: "user.put", user: { ...user, active: true } }, ...registered],
    events: [{ eventType: "user_active_org", data: { userId: [user.userid] } }],
  };
}

/**
 * The person changes the number that they sign in with, and the organisation shows the new one
 * (docs/dingtalk.md 5.2). The person and the unionid stay the same.
 */
function renumber(organisation: Organisation, fields: Fields, act: Act): Done {
  const user = requireKnownUser(organisation, requiredText(fields, "userid"));
  const phone = parseSearchedMobile(organisation.switches, requiredText(fields, "mobile"));
  if (!phone) throw refuse(60103);
  requireFreeMobile(organisation, phone, user.userid);
  return {
    answer: {},
    changes: [
      { type: "user.put", user: { ...user, phone, modified: act.ids.next() } },
      { type: "mobile.registered", mobile: phoneKey(phone) },
    ],
    events: [{ eventType: "user_modify_org", data: { timeStamp: String(act.nowMs), userId: [user.userid] } }],
  };
}

/**
 * The person sets up their address in the Mail of the DingTalk client. From then on reads show the address
 * (docs/dingtalk.md 5.1; switch `emailShown`).
 */
function setUpMail(organisation: Organisation, fields: Fields): Done {
  const user = requireKnownUser(organisation, requiredText(fields, "userid"));
  return { answer: {}, changes: [{ type: "user.put", user: { ...user, mailSetUp: true } }] };
}

/** The person chooses a picture. DingTalk sends no event for this (docs/dingtalk.md 10.1). */
function changePicture(organisation: Organisation, fields: Fields): Done {
  const user = requireKnownUser(organisation, requiredText(fields, "userid"));
  return {
    answer: {},
    changes: [{ type: "user.put", user: { ...user, avatar: requiredText(fields, "avatar") } }],
  };
}

/**
 * The person accepts an invitation (40103) and becomes the member that the create call described
 * (docs/dingtalk.md 13.6).
 */
function acceptInvitation(organisation: Organisation, fields: Fields, act: Act): Done {
  const phone = parseSearchedMobile(organisation.switches, requiredText(fields, "mobile"));
  const invitation = phone && organisation.invitations.get(phoneKey(phone));
  if (!phone || !invitation) throw refuse(60121, " 没有待接受的邀请");
  if (act.nowMs - invitation.sentMs > organisation.switches.invitationDays * DAY_MS)
    throw refuse(60121, " 邀请已过期");
  if (organisation.users.has(invitation.user.userid)) throw refuse(60102);
  requireFreeMobile(organisation, phone, undefined);
  const posts = invitation.user.posts.filter((post) => organisation.departments.has(post.dept_id));
  if (posts.length === 0) throw refuse(60003);
  const at = act.ids.next();
  const taken = takenTexts(organisation, invitation.user);
  const user: User = {
    ...invitation.user,
    ...taken,
    posts: withOneMain(posts),
    active: true,
    entered: at,
    modified: at,
  };
  const mobile = phoneKey(phone);
  return {
    answer: { result: { userid: user.userid, unionId: user.unionid } },
    changes: [
      { type: "invitation.remove", mobile },
      { type: "mobile.consented", mobile },
      { type: "mobile.registered", mobile },
      { type: "user.put", user },
    ],
    events: [
      { eventType: "user_add_org", data: { timeStamp: String(act.nowMs), userId: [user.userid] } },
      { eventType: "user_active_org", data: { userId: [user.userid] } },
    ],
  };
}

/** `{"userid","sys_level"}`: 1 main administrator, 2 sub-administrator, 0 no administrator. */
function setAdministrator(organisation: Organisation, fields: Fields, act: Act): Done {
  const { sysLevel: before, ...user } = requireKnownUser(organisation, requiredText(fields, "userid"));
  const level = requiredWhole(fields, "sys_level");
  if (level !== 0 && level !== 1 && level !== 2) throw refuse(40035, " sys_level");
  const formerLevel = { level: before ?? 0, untilMs: act.nowMs } as const;
  return {
    answer: {},
    changes: [
      { type: "user.put", user: { ...user, ...(level === 0 ? {} : { sysLevel: level }), formerLevel } },
    ],
    events: [
      {
        eventType: level === 0 ? "org_admin_remove" : "org_admin_add",
        data: { timeStamp: String(act.nowMs), userId: [user.userid] },
      },
    ],
  };
}
