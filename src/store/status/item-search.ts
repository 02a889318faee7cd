import type { EntityKind } from "../../core/entity.ts";
import { isUuid } from "../../core/id.ts";
import { fold } from "../../core/text/fold.ts";
import { hanVariants } from "../../core/text/han.ts";
import { keyOfEnd, keysWithin } from "../digit-keys.ts";
import { nameKeysWithin, wholeKey } from "../name-keys.ts";
import { folded } from "../postgres/folded.ts";
import type { Parameters } from "../postgres/parameters.ts";
import { inList } from "../postgres/planner.ts";
import { keysOfPerson, keysOfRecord } from "../search-keys.ts";

/**
 * A telephone number as an operator types it, with signs between the digits. Fewer than four digits would
 * match too many people.
 */
const DIGITS = /^\+?[\d\s()-]{4,20}$/;

/** True: few people have these digits, and the index leads to them. */
export const hasFewOwners = (text: string): boolean => DIGITS.test(fold(text.trim()));

/**
 * SQL: a text contains `part`, which must be folded. Simplified and traditional characters match each other.
 */
export function contains(part: string, parameters: Parameters): (text: string) => string {
  const isIn = holds(part, parameters);
  return (text) => isIn(folded(text));
}

/** The same for a text that is stored folded. */
function holds(part: string, parameters: Parameters): (text: string) => string {
  const characters = hanVariants(part);
  if (characters.every((variants) => [...variants].length === 1)) {
    const sought = parameters.add(part, "text");
    return (text) => `strpos(${text}, ${sought}) > 0`;
  }
  // Each character becomes a bracket expression with its variants. Only ^ and the backslash need an escape
  // instead.
  const pattern = parameters.add(
    characters.map((variants) => (/[\^\\]/.test(variants) ? `\\${variants}` : `[${variants}]`)).join(""),
    "text",
  );
  return (text) => `${text} ~ ${pattern}`;
}

/**
 * SQL for the ids that match a text of an operator: a part of the name, user name or e-mail address, without
 * regard to case, in simplified or traditional characters; the whole job number, id or externalId; or the
 * last digits of a telephone number. People have keys, with an index (store/search-keys.ts). A text without
 * keys, such as two letters, is compared with everybody, by folded columns.
 */
export function idsMeantBy(text: string, kind: EntityKind | undefined, parameters: Parameters): string {
  const part = fold(text.trim());
  const read = TABLES.filter(({ of }) => kind === undefined || of.includes(kind)).flatMap(({ ids }) =>
    ids(part, parameters),
  );
  return [...read, ...(isUuid(part) ? byId(parameters.add(part, "uuid")) : [])].join(" union all ");
}

/** Ids of people after `after`, up to and including `upTo`. */
export interface IdRange {
  readonly after: string;
  readonly upTo: string;
}

/**
 * SQL for the ids of people in a range that match a text, as idsMeantBy finds them. It reads everybody in the
 * range, whatever keys the text has: for a text that many have, some thousand people are enough to fill a
 * page, and the index would lead to hundreds of thousands.
 */
export function peopleMeantIn(range: IdRange, text: string, parameters: Parameters): string {
  const part = fold(text.trim());
  const [after, upTo] = [parameters.add(range.after, "uuid"), parameters.add(range.upTo, "uuid")];
  const inRange = (id: string) => `${id} > ${after} and ${id} <= ${upTo}`;
  const meant = isMeant(part, parameters);
  return [
    `select u.id from users u where ${inRange("u.id")} and u.person_id is null and ${meant}`,
    `select u.person_id from users u where ${inRange("u.person_id")} and ${meant}`,
    `select u.id from persons u where ${inRange("u.id")} and ${meant}`,
    ...byNumber(part, parameters),
    ...removed(part, parameters, inRange),
    ...(isUuid(part) ? byId(parameters.add(part, "uuid")) : []),
  ].join(" union all ");
}

/** SQL: the row `u` of `users` or `persons` has this part of a name, or this whole number or externalId. */
function isMeant(part: string, parameters: Parameters): string {
  const whole = parameters.add(part, "text");
  return `(${isNamed(part, parameters)} or u.employee_number_key = ${whole} or lower(u.external_id) = ${whole})`;
}

function isNamed(part: string, parameters: Parameters): string {
  const isIn = holds(part, parameters);
  return ["u.display_name_key", "u.user_name_key", "array_to_string(u.email_keys, ' ')"]
    .map(isIn)
    .join(" or ");
}

/** The id itself, and the person of a record with this id. */
const byId = (id: string): readonly string[] => [
  `select ${id}`,
  `select u.person_id from users u where u.id = ${id} and u.person_id is not null`,
];

interface Searched {
  readonly of: readonly EntityKind[];
  /** It adds only parameters that its SQL uses, because PostgreSQL refuses unused parameters. */
  readonly ids: (part: string, parameters: Parameters) => readonly string[];
}

/** SQL: the person of the record `u`. */
const PERSON = "coalesce(u.person_id, u.id)";
/** SQL: true for every record. It allows an index whose first column is the source. */
const OF_ANY_SOURCE = `u.source_id = ${inList("select s.id from sources s")}`;
const NAME_AT_TARGET = "l.attributes->>'name'";

const TABLES: readonly Searched[] = [
  { of: ["user"], ids: byName },
  { of: ["user"], ids: byNumber },
  { of: ["user"], ids: (part, parameters) => removed(part, parameters) },
  {
    of: ["group", "role"],
    ids(part, parameters) {
      const isIn = holds(part, parameters);
      return [
        `select g.id from groups g where ${isIn("g.display_name_key")} or lower(g.external_id) = ${parameters.add(part, "text")}`,
      ];
    },
  },
  {
    of: ["department"],
    ids: (part, parameters) => [
      `select d.id from departments d where d.target = $1 and ${contains(part, parameters)("d.name")}`,
    ],
  },
  {
    of: ["department", "role"],
    ids: (part, parameters) => [
      `select l.entity_id from links l where l.target = $1 and l.kind in ('department', 'role') and ${contains(part, parameters)(NAME_AT_TARGET)}`,
    ],
  },
];

/** A person with several records also matches by a value that only one of the records has. */
function byName(part: string, parameters: Parameters): readonly string[] {
  const within = keysOfNamesWith(part, parameters);
  const meant = isMeant(part, parameters);
  if (!within)
    return [`select ${PERSON} from users u where ${meant}`, `select u.id from persons u where ${meant}`];
  const whole = parameters.add(part, "text");
  const isWhole = `@> ${parameters.add([wholeKey(part)], "smallint[]")} and lower(u.external_id) = ${whole}`;
  return [
    `select ${PERSON} from users u where ${within(keysOfRecord("u"))} and ${meant}`,
    `select ${PERSON} from users u where ${OF_ANY_SOURCE} and u.employee_number_key = ${whole}`,
    `select ${PERSON} from users u where ${keysOfRecord("u")} ${isWhole}`,
    `select u.id from persons u where ${within(keysOfPerson("u"))} and ${meant}`,
    `select u.id from persons u where ${keysOfPerson("u")} ${isWhole}`,
  ];
}

/** By the last digits of a telephone number. */
function byNumber(part: string, parameters: Parameters): readonly string[] {
  const digits = DIGITS.test(part) ? part.replace(/\D/g, "") : "";
  const key = keyOfEnd(digits);
  if (key === undefined) return [];
  const has = `@> ${parameters.add([key], "smallint[]")} and ${endsWith(parameters.add(digits, "text"))}`;
  return [
    `select ${PERSON} from users u where ${keysOfRecord("u")} ${has}`,
    `select u.id from persons u where ${keysOfPerson("u")} ${has}`,
  ];
}

/**
 * People whom the directory has deleted, by their names at the target. They are not in sync until they are
 * removed. They are few, and each is looked up by key.
 */
function removed(
  part: string,
  parameters: Parameters,
  inRange: (id: string) => string = () => "true",
): readonly string[] {
  const isIn = contains(part, parameters);
  return [
    `select e.entity_id from entity_states e
      cross join lateral (select ${NAME_AT_TARGET} as name from links l where l.target = e.target and l.kind = e.kind and l.entity_id = e.entity_id offset 0) l
      where e.target = $1 and e.kind = 'user' and ${inRange("e.entity_id")} and e.state <> 'inSync'
        and not exists (${lookUpOf("users")}) and not exists (${lookUpOf("persons")}) and ${isIn("l.name")}`,
    `select r.entity_id from removed_people r where r.target = $1 and ${inRange("r.entity_id")} and ${isIn("r.attributes->>'name'")}`,
  ];
}

/** SQL: keys are those of a name that may contain `part`; undefined if the text has none. */
function keysOfNamesWith(part: string, parameters: Parameters): ((keys: string) => string) | undefined {
  const { all: ofNames, oneOf } = nameKeysWithin(hanVariants(part));
  const all = [...keysWithin(part), ...ofNames];
  const conditions = [
    ...(all.length > 0 ? [`@> ${parameters.add(all, "smallint[]")}`] : []),
    ...oneOf.map((keys) => `&& ${parameters.add(keys, "smallint[]")}`),
  ];
  return conditions.length === 0
    ? undefined
    : (keys) => conditions.map((condition) => `${keys} ${condition}`).join(" and ");
}

const lookUpOf = (table: "users" | "persons"): string =>
  `select from ${table} x where x.id = e.entity_id offset 0`;

/** SQL: a telephone number ends with these digits. Other characters may be between and after the digits. */
const endsWith = (digits: string): string => `exists (
    select from json_array_elements(case when json_typeof(u.document->'phoneNumbers') = 'array' then u.document->'phoneNumbers' else '[]' end) e
     where right(regexp_replace(e->>'value', '[^0-9]', '', 'g'), length(${digits})) = ${digits})`;
