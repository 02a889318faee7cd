import { unionid } from "../organisation/identifiers.ts";
import type { Organisation } from "../organisation/model.ts";
import type { Act, Done } from "../organisation/organisation.ts";
import type { ExternalContact } from "../organisation/records.ts";
import { phoneKey } from "../organisation/user-record.ts";
import { type Fields, object, page, requiredText } from "../wire/fields.ts";
import { missing, refuse } from "../wire/refusal.ts";
import {
  LABEL_GROUPS,
  noTexts,
  readDetails,
  readFollower,
  readLabels,
  readName,
  readPhone,
} from "./contact-fields.ts";

/**
 * `POST /topapi/extcontact/create` (docs/dingtalk.md 8.3): a person outside the organisation, followed by a
 * member.
 */
export function createContact(organisation: Organisation, fields: Fields, act: Act): Done {
  requireFeature(organisation);
  const contact = requiredContact(fields);
  const phone = readPhone(contact);
  const { duplicateContact, maxContacts } = organisation.switches;
  if (organisation.contactMobiles.has(phoneKey(phone))) throw refuse(duplicateContact);
  if (maxContacts > 0 && organisation.contacts.size >= maxContacts) throw refuse(60203);
  const name = readName(contact);
  if (name === undefined) throw missing("name");
  const label_ids = readLabels(contact);
  if (label_ids === undefined) throw refuse(60204);
  const follower_user_id = readFollower(organisation, contact);
  if (follower_user_id === undefined) throw missing("follower_user_id");
  const userid = act.ids.userid((id) => organisation.contacts.has(id) || organisation.users.has(id));
  const made: ExternalContact = {
    userid,
    unionid: unionid(organisation.seed, organisation.corpId, phoneKey(phone)),
    name,
    phone,
    label_ids,
    follower_user_id,
    ...noTexts,
    share_dept_ids: [],
    share_user_ids: [],
    ...readDetails(organisation, contact),
  };
  return { answer: { userid }, changes: [{ type: "contact.put", contact: made }] };
}

/** `POST /topapi/extcontact/update`: fields that are not in the call stay. The number cannot be changed. */
export function updateContact(organisation: Organisation, fields: Fields): Done {
  requireFeature(organisation);
  const contact = requiredContact(fields);
  const current = requireContact(organisation, requiredText(contact, "user_id"));
  const changed: ExternalContact = {
    ...current,
    ...readDetails(organisation, contact),
    name: readName(contact) ?? current.name,
    label_ids: readLabels(contact) ?? current.label_ids,
    follower_user_id: readFollower(organisation, contact) ?? current.follower_user_id,
  };
  return { answer: {}, changes: [{ type: "contact.put", contact: changed }] };
}

/** `POST /topapi/extcontact/delete`. */
export function deleteContact(organisation: Organisation, fields: Fields): Done {
  requireFeature(organisation);
  const { userid } = requireContact(organisation, requiredText(fields, "user_id"));
  return { answer: {}, changes: [{ type: "contact.remove", userid }] };
}

/** `POST /topapi/extcontact/list`: the list is at the top level, not under `result`. */
export function listContacts(organisation: Organisation, fields: Fields): Done {
  requireFeature(organisation);
  const { offset, size } = page(fields, { offset: "offset", size: "size", max: 100, usual: 20 });
  return {
    answer: { results: [...organisation.contacts.values()].slice(offset, offset + size).map(contactView) },
  };
}

/** `POST /topapi/extcontact/get`. */
export function getContact(organisation: Organisation, fields: Fields): Done {
  requireFeature(organisation);
  return { answer: { result: contactView(requireContact(organisation, requiredText(fields, "user_id"))) } };
}

/** `POST /topapi/extcontact/listlabelgroups`. */
export function listLabelGroups(organisation: Organisation, fields: Fields): Done {
  requireFeature(organisation);
  const { offset, size } = page(fields, { offset: "offset", size: "size", max: 100, usual: 20 });
  return { answer: { results: LABEL_GROUPS.slice(offset, offset + size) } };
}

export const contactView = ({
  phone,
  unionid: _unionid,
  ...contact
}: ExternalContact): Record<string, unknown> => ({
  ...contact,
  state_code: phone.stateCode,
  mobile: phone.number,
});

function requireFeature(organisation: Organisation): void {
  if (!organisation.switches.externalContacts) throw refuse(60205);
}

function requiredContact(fields: Fields): Fields {
  const contact = object(fields, "contact");
  if (!contact) throw missing("contact");
  return contact;
}

function requireContact(organisation: Organisation, userid: string): ExternalContact {
  const contact = organisation.contacts.get(userid);
  if (!contact) throw refuse(organisation.switches.unknownUser);
  return contact;
}
