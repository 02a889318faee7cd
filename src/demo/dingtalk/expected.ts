import type { JsonObject } from "../../core/entity.ts";
import { type Directory, object, objects, text, typed } from "../server/directory.ts";
import { ENTERPRISE } from "../server/requests.ts";

/*
 * The expected state of DingTalk, derived from the documented default mapping. This file shares no code with
 * the mapping, so that a mistake in one of them shows as a difference.
 */

/** A person with DingTalk's field names. An absent field is empty. */
export interface ExpectedPerson {
  readonly name: string;
  readonly title?: string;
  readonly job_number?: string;
  /** Digits with the country code, without `+`. */
  readonly mobile?: string;
  readonly email?: string;
  readonly telephone?: string;
  readonly manager_userid?: string;
  readonly hide_mobile: string;
  /** Sorted paths, joined by `PATHS`. The path of the root is "". */
  readonly departments: string;
}

export interface Expected {
  /** By userid: the one of the link, else the id of the SCIM resource. */
  readonly people: ReadonlyMap<string, ExpectedPerson>;
  readonly departments: ReadonlySet<string>;
}

const DINGTALK = "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:User";
export const PATHS = " | ";

export function expectedOf({ users, groups, remoteIds }: Directory): Expected {
  const userid = (id: string): string => remoteIds.get(id) ?? id;
  const staying = new Map(users.filter(isMember).map((user) => [text(user.id), user]));
  const meant = whoIsMeant(users);
  const paths = new Map<string, string[]>();
  for (const group of groups) {
    for (const member of objects(group.members)) {
      const own = paths.get(text(member.value)) ?? [];
      paths.set(text(member.value), [...own, pathOf(group)]);
    }
  }
  return {
    people: new Map(
      [...staying].map(([id, user]) => [
        userid(id),
        personOf(user, paths.get(id) ?? [], { staying, userid, meant }),
      ]),
    ),
    departments: new Set(groups.flatMap((group) => withAncestors(pathOf(group)))),
  };
}

/** Whether a person belongs into DingTalk: active, and with a mobile number, which DingTalk requires. */
const isMember = (user: JsonObject): boolean =>
  user.active !== false && typed(user.phoneNumbers, "mobile") !== "";

/**
 * Finds the id of the person that a reference means: by id, else by externalId, else by employee number. The
 * last two find active people only, and nothing ("") if several active people have the value.
 */
function whoIsMeant(users: readonly JsonObject[]): (reference: string) => string {
  const bearers = new Map<string, JsonObject[]>();
  const add = (key: string, user: JsonObject): void =>
    void bearers.set(key, [...(bearers.get(key) ?? []), user]);
  for (const user of users) {
    add(`id ${text(user.id)}`, user);
    if (text(user.externalId) !== "") add(`externalId ${text(user.externalId)}`, user);
    const number = text(object(user[ENTERPRISE]).employeeNumber);
    if (number !== "") add(`number ${number.normalize("NFKC").toLowerCase()}`, user);
  }
  return (reference) => {
    const [byId] = bearers.get(`id ${reference.toLowerCase()}`) ?? [];
    if (byId) return text(byId.id);
    const ways = [`externalId ${reference}`, `number ${reference.normalize("NFKC").toLowerCase()}`];
    for (const way of ways) {
      const active = (bearers.get(way) ?? []).filter((user) => user.active !== false);
      if (active.length > 0) return active.length === 1 ? text(active[0]?.id) : "";
    }
    return "";
  };
}

interface Others {
  readonly meant: (reference: string) => string;
  readonly staying: ReadonlyMap<string, JsonObject>;
  readonly userid: (id: string) => string;
}

function personOf(
  user: JsonObject,
  paths: readonly string[],
  { staying, userid, meant }: Others,
): ExpectedPerson {
  const name = object(user.name);
  const enterprise = object(user[ENTERPRISE]);
  const manager = meant(text(object(enterprise.manager).value));
  return {
    name:
      text(user.displayName) ||
      text(name.formatted) ||
      `${text(name.givenName)} ${text(name.familyName)}`.trim(),
    ...set("title", text(user.title)),
    ...set("job_number", text(enterprise.employeeNumber)),
    ...set("mobile", digits(typed(user.phoneNumbers, "mobile"))),
    ...set("email", typed(user.emails, "work")),
    ...set("telephone", typed(user.phoneNumbers, "work").replace(/^tel:/, "")),
    ...set("manager_userid", manager !== text(user.id) && staying.has(manager) ? userid(manager) : ""),
    hide_mobile: String(object(user[DINGTALK]).hideMobile ?? true),
    departments: [...new Set(paths.length > 0 ? paths : [""])].sort().join(PATHS),
  };
}

const set = (name: keyof ExpectedPerson, value: string) => (value === "" ? {} : { [name]: value });

/** The digits of a number. Without a country code it is a number of Hong Kong (852). */
function digits(number: string): string {
  const plain = number.replace(/^tel:/, "").replace(/[^\d+]/g, "");
  return plain.startsWith("+") ? plain.slice(1) : `852${plain}`;
}

const pathOf = (group: JsonObject): string => plainPath(text(group.displayName).split("/"));

const withAncestors = (path: string): string[] =>
  path.split("/").map((_, index, names) => names.slice(0, index + 1).join("/"));

/**
 * A path in the form for comparison. DingTalk forbids hyphens and commas in names, so the characters that
 * replace them count as equal.
 */
export const plainPath = (names: readonly string[]): string =>
  names
    .map((name) =>
      name
        .trim()
        .replace(/[\u2010-]/g, "-")
        .replace(/[,，\u201a\ufe50]/g, ","),
    )
    .filter((name) => name !== "")
    .join("/");
