import type { Organisation } from "../organisation/model.ts";
import type { Done } from "../organisation/organisation.ts";
import { type Fields, text } from "../wire/fields.ts";
import { invalidParameter } from "../wire/refusal.ts";

/**
 * `POST /v1.0/contact/users/search` (docs/dingtalk.md 5.4): finds people by a part of the name. With
 * `fullMatchField` 1 the whole name must match.
 */
export function searchUsers(organisation: Organisation, fields: Fields): Done {
  const word = readWord(fields);
  const whole = text(fields, "fullMatchField") === "1";
  const found: string[] = [];
  for (const { userid, name } of organisation.users.values())
    if (whole ? name === word : name.includes(word)) found.push(userid);
  return paged(fields, found);
}

/** `POST /v1.0/contact/departments/search` (docs/dingtalk.md 4.4). */
export function searchDepartments(organisation: Organisation, fields: Fields): Done {
  const word = readWord(fields);
  const found: number[] = [];
  for (const { dept_id, name } of organisation.departments.values())
    if (name.includes(word)) found.push(dept_id);
  return paged(fields, found);
}

function readWord(fields: Fields): string {
  const word = text(fields, "queryWord");
  if (!word) throw invalidParameter("queryWord");
  return word;
}

function paged(fields: Fields, found: readonly (string | number)[]): Done {
  const offset = Number(text(fields, "offset") ?? "0");
  const size = Number(text(fields, "size") ?? "10");
  if (!Number.isInteger(offset) || offset < 0) throw invalidParameter("offset");
  if (!Number.isInteger(size) || size < 1 || size > 100) throw invalidParameter("size");
  const list = found.slice(offset, offset + size);
  return { answer: { hasMore: offset + list.length < found.length, totalCount: found.length, list } };
}
