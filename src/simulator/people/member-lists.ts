import type { Organisation } from "../organisation/model.ts";
import type { Act, Done } from "../organisation/organisation.ts";
import type { User } from "../organisation/user-record.ts";
import { requireExisting } from "../structure/departments.ts";
import { type Fields, page, requiredWhole, text } from "../wire/fields.ts";
import { refuse } from "../wire/refusal.ts";
import { memberView } from "./view.ts";

/** `POST /topapi/v2/user/list`: direct members, paged. */
export function listUsers(organisation: Organisation, fields: Fields, act: Act): Done {
  return listMembers(organisation, fields, act, (user, deptId) => memberView(organisation, user, deptId));
}

/** `POST /topapi/user/listsimple`. */
export function listSimple(organisation: Organisation, fields: Fields, act: Act): Done {
  return listMembers(organisation, fields, act, ({ userid, name }) => ({ userid, name }));
}

function listMembers(
  organisation: Organisation,
  fields: Fields,
  act: Act,
  view: (user: User, deptId: number) => Record<string, unknown>,
): Done {
  const deptId = requiredWhole(fields, "dept_id", 40009);
  requireExisting(organisation, act, deptId);
  const { offset, size } = page(fields, { offset: "cursor", size: "size", max: 100, usual: 100 });
  const everyone = sortedMembers(organisation, deptId, text(fields, "order_field") || "custom");
  const list = everyone
    .slice(offset, offset + size)
    .map((userid) => view(organisation.users.get(userid)!, deptId));
  return { answer: { result: { ...more(offset + list.length, everyone.length), list } } };
}

/** The last page has no `next_cursor` (docs/dingtalk.md 5.4). */
export const more = (next: number, total: number): Record<string, unknown> =>
  next < total ? { has_more: true, next_cursor: next } : { has_more: false };

/**
 * Cache of sorted userids by department and order, valid until a member changes. So reading 100,000 members
 * page by page sorts them once.
 */
const listings = new WeakMap<
  Organisation,
  Map<string, { readonly version: number; readonly ids: readonly string[] }>
>();

function sortedMembers(organisation: Organisation, deptId: number, orderField: string): readonly string[] {
  const kept = listings.get(organisation) ?? new Map();
  listings.set(organisation, kept);
  const version = organisation.memberVersions.get(deptId) ?? 0;
  const key = `${deptId} ${orderField}`;
  const known = kept.get(key);
  if (known?.version === version) return known.ids;
  const order = comparison(orderField, deptId);
  const users = [...(organisation.membersOf.get(deptId) ?? [])].map(
    (userid) => organisation.users.get(userid)!,
  );
  const ids = users.sort(order).map((user) => user.userid);
  kept.set(key, { version, ids });
  return ids;
}

function comparison(orderField: string, deptId: number): (one: User, other: User) => number {
  const place = (user: User): number => user.posts.find((post) => post.dept_id === deptId)?.order ?? 0;
  switch (orderField) {
    case "entry_asc":
      return (one, other) => one.entered - other.entered;
    case "entry_desc":
      return (one, other) => other.entered - one.entered;
    case "modify_asc":
      return (one, other) => one.modified - other.modified;
    case "modify_desc":
      return (one, other) => other.modified - one.modified;
    case "custom":
      return (one, other) => place(other) - place(one) || one.entered - other.entered;
    default:
      throw refuse(40035, " order_field");
  }
}
