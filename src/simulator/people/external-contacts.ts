import { unionid } from "../organisation/identifiers.ts";
import type { Organisation } from "../organisation/model.ts";
import type { Act, Done } from "../organisation/organisation.ts";
import { type ExternalContact, type Phone, phoneKey } from "../organisation/records.ts";
import { boundedText, type Fields, object, page, requiredText, text } from "../wire/fields.ts";
import { missing, refuse } from "../wire/refusal.ts";
import { requireKnownUser } from "./lookup.ts";

/** The labels of every organisation. Only the console can create others. */
const LABEL_GROUPS = [
  {
    name: "关系",
    color: -15_220_075,
    labels: [
      { id: 700_001, name: "客户" },
      { id: 700_002, name: "合作伙伴" },
    ],
  },
] as const;

const MOST_LABELS = 20;
const MOST_SHARED = 20;

/** `POST /topapi/extcontact/create` (docs/dingtalk.md 8.3): a person outside the organisation, followed by a member. */
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
  return { answer: { results: [...organisation.contacts.values()].slice(offset, offset + size).map(contactView) } };
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

export const contactView = ({ phone, unionid: _unionid, ...contact }: ExternalContact): Record<string, unknown> => ({
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

/** The number of a contact. Unlike for members, number and country code are separate fields. The default country code is 86. */
function readPhone(contact: Fields): Phone {
  const number = requiredText(contact, "mobile");
  const stateCode = text(contact, "state_code") || "86";
  if (!/^\d{4,14}$/.test(number) || !/^[1-9]\d{0,3}$/.test(stateCode)) throw refuse(60103);
  return { stateCode, number };
}

function readName(contact: Fields): string | undefined {
  const name = text(contact, "name");
  if (name !== undefined && (name.trim() === "" || [...name].length > 80)) throw refuse(60112);
  return name;
}

function readLabels(contact: Fields): number[] | undefined {
  const list = numbers(contact, "label_ids", MOST_LABELS);
  if (list === undefined) return undefined;
  const known: readonly number[] = LABEL_GROUPS.flatMap(({ labels }) => labels.map(({ id }) => id));
  if (list.length === 0 || !list.every((id) => known.includes(id))) throw refuse(60204);
  return list;
}

function readFollower(organisation: Organisation, contact: Fields): string | undefined {
  const userid = text(contact, "follower_user_id");
  return userid === undefined ? undefined : requireKnownUser(organisation, userid).userid;
}

const noTexts = { company_name: "", title: "", address: "", remark: "" };

function readDetails(organisation: Organisation, contact: Fields): Partial<ExternalContact> {
  const details: { -readonly [K in keyof ExternalContact]?: ExternalContact[K] } = {};
  for (const name of ["company_name", "title", "address", "remark"] as const) {
    const value = boundedText(contact, name, 1_024);
    if (value !== undefined) details[name] = value;
  }
  const departments = numbers(contact, "share_dept_ids", MOST_SHARED);
  if (departments) {
    if (!departments.every((id) => organisation.departments.has(id))) throw refuse(60003);
    details.share_dept_ids = departments;
  }
  const people = list(contact, "share_user_ids", MOST_SHARED)?.map(String);
  if (people) details.share_user_ids = people.map((userid) => requireKnownUser(organisation, userid).userid);
  return details;
}

function numbers(contact: Fields, name: string, most: number): number[] | undefined {
  return list(contact, name, most)?.map((value) => {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw refuse(40035, ` ${name}`);
    return number;
  });
}

function list(contact: Fields, name: string, most: number): readonly unknown[] | undefined {
  const value = contact[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || value.length > most) throw refuse(40035, ` ${name}`);
  return value;
}
