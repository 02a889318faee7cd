import type { Organisation } from "../organisation/model.ts";
import type { ExternalContact } from "../organisation/records.ts";
import type { Phone } from "../organisation/user-record.ts";
import { boundedText, type Fields, requiredText, text } from "../wire/fields.ts";
import { refuse } from "../wire/refusal.ts";
import { requireKnownUser } from "./lookup.ts";

/*
 * What a call says about an external contact. Each reader answers undefined for a field that is not in the
 * call.
 */

/** The labels of every organisation. Only the console can create others. */
export const LABEL_GROUPS = [
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

/**
 * The number of a contact. Unlike for members, number and country code are separate fields. The default
 * country code is 86.
 */
export function readPhone(contact: Fields): Phone {
  const number = requiredText(contact, "mobile");
  const stateCode = text(contact, "state_code") || "86";
  if (!/^\d{4,14}$/.test(number) || !/^[1-9]\d{0,3}$/.test(stateCode)) throw refuse(60103);
  return { stateCode, number };
}

export function readName(contact: Fields): string | undefined {
  const name = text(contact, "name");
  if (name !== undefined && (name.trim() === "" || [...name].length > 80)) throw refuse(60112);
  return name;
}

export function readLabels(contact: Fields): number[] | undefined {
  const list = numbers(contact, "label_ids", MOST_LABELS);
  if (list === undefined) return undefined;
  const known: readonly number[] = LABEL_GROUPS.flatMap(({ labels }) => labels.map(({ id }) => id));
  if (list.length === 0 || !list.every((id) => known.includes(id))) throw refuse(60204);
  return list;
}

export function readFollower(organisation: Organisation, contact: Fields): string | undefined {
  const userid = text(contact, "follower_user_id");
  return userid === undefined ? undefined : requireKnownUser(organisation, userid).userid;
}

export const noTexts = { company_name: "", title: "", address: "", remark: "" };

export function readDetails(organisation: Organisation, contact: Fields): Partial<ExternalContact> {
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
