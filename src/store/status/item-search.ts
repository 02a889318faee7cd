import type { EntityKind } from "../../core/entity.ts";
import { fold } from "../../core/fold.ts";
import { hanVariants } from "../../core/han.ts";
import { isUuid } from "../../core/id.ts";
import { folded } from "../postgres/folded.ts";
import type { Parameters } from "../postgres/parameters.ts";

/** Digits an operator reads from a list, with what stands between them. */
const DIGITS = /^\+?[\d\s()-]{4,20}$/;
/** Fewer would find half of the company. */
const FEWEST_DIGITS = 4;

/** Whether a text holds a folded one, whether in simplified or traditional characters. */
export function contains(part: string, parameters: Parameters): (text: string) => string {
  const isIn = holds(part, parameters);
  return (text) => isIn(folded(text));
}

/** The same of a text that is kept folded. */
function holds(part: string, parameters: Parameters): (text: string) => string {
  const characters = hanVariants(part);
  if (characters.every((variants) => [...variants].length === 1)) {
    const sought = parameters.add(part, "text");
    return (text) => `strpos(${text}, ${sought}) > 0`;
  }
  // A bracket expression of one letter or sign is that character, but for ^ and the backslash.
  const pattern = parameters.add(
    characters.map((variants) => (/[\^\\]/.test(variants) ? `\\${variants}` : `[${variants}]`)).join(""),
    "text",
  );
  return (text) => `${text} ~ ${pattern}`;
}

/**
 * The ids of what an operator may mean by what they type: a part of the name, user name or e-mail address in any letter case, in simplified or traditional
 * characters, the whole job number, id or externalId; and `others`, found before. Each table is read once, from end to end, by columns that are kept folded:
 * no index knows parts of names, and one of trigrams would have to be kept by every write of a person (docs/benchmarks.md).
 */
export function idsMeantBy(text: string, kind: EntityKind | undefined, parameters: Parameters, others: readonly string[] = []): string {
  const part = fold(text.trim());
  const read = TABLES.filter(({ of }) => kind === undefined || of.includes(kind)).flatMap(({ ids }) => ids(part, parameters));
  const found = others.length > 0 ? [`select unnest(${parameters.add(others, "uuid[]")})`] : [];
  return [...read, ...(isUuid(part) ? byId(parameters.add(part, "uuid")) : []), ...found].join(" union all ");
}

/**
 * The ids `id` of people with a telephone number of these last digits; undefined for a text that is no digits, or another kind. By itself: documents take as
 * long to read as all that is kept folded, and each statement has its own bound of time. An index of the digits costs a fifth of what PostgreSQL does for a write.
 */
export function idsByNumber(text: string, kind: EntityKind | undefined, parameters: Parameters): string | undefined {
  const digits = DIGITS.test(text) ? text.replace(/\D/g, "") : "";
  if (digits.length < FEWEST_DIGITS || (kind !== undefined && kind !== "user")) return undefined;
  const ends = endsWith(digits, parameters);
  return `select coalesce(u.person_id, u.id) as id from users u where ${ends} union all select u.id from persons u where ${ends}`;
}

/** Its own, or that of a record of the person. */
const byId = (id: string): readonly string[] => [
  `select ${id}`,
  `select u.person_id from users u where u.id = ${id} and u.person_id is not null`,
];

interface Searched {
  readonly of: readonly EntityKind[];
  /** A parameter is added by what uses it: PostgreSQL refuses one of no type. */
  readonly ids: (part: string, parameters: Parameters) => readonly string[];
}

const NAME_AT_TARGET = "l.attributes->>'name'";

const TABLES: readonly Searched[] = [
  {
    of: ["user"],
    ids(part, parameters) {
      const isIn = holds(part, parameters);
      const whole = parameters.add(part, "text");
      const meant = [
        isIn("u.display_name_key"),
        isIn("u.user_name_key"),
        isIn("array_to_string(u.email_keys, ' ')"),
        `u.employee_number_key = ${whole}`,
        `lower(u.external_id) = ${whole}`,
      ].join(" or ");
      // A person of several records is also meant by what only one of them has.
      return [`select coalesce(u.person_id, u.id) from users u where ${meant}`, `select u.id from persons u where ${meant}`];
    },
  },
  {
    of: ["user"],
    ids(part, parameters) {
      const isIn = contains(part, parameters);
      // Whom the directory has no more is not in step until they are gone: few, of whom each is looked up by its key.
      return [
        `select e.entity_id from entity_states e
          cross join lateral (select ${NAME_AT_TARGET} as name from links l where l.target = e.target and l.kind = e.kind and l.entity_id = e.entity_id offset 0) l
          where e.target = $1 and e.kind = 'user' and e.state <> 'inSync' and not exists (${lookUpOf("users")}) and not exists (${lookUpOf("persons")})
            and ${isIn("l.name")}`,
        `select r.entity_id from removed_people r where r.target = $1 and ${isIn("r.attributes->>'name'")}`,
      ];
    },
  },
  {
    of: ["group", "role"],
    ids(part, parameters) {
      const isIn = holds(part, parameters);
      return [`select g.id from groups g where ${isIn("g.display_name_key")} or lower(g.external_id) = ${parameters.add(part, "text")}`];
    },
  },
  {
    of: ["department"],
    ids: (part, parameters) => [`select d.id from departments d where d.target = $1 and ${contains(part, parameters)("d.name")}`],
  },
  {
    of: ["department", "role"],
    ids: (part, parameters) => [
      `select l.entity_id from links l where l.target = $1 and l.kind in ('department', 'role') and ${contains(part, parameters)(NAME_AT_TARGET)}`,
    ],
  },
];

const lookUpOf = (table: "users" | "persons"): string => `select from ${table} x where x.id = e.entity_id offset 0`;

/**
 * A number is written as its digits, with anything between them, and ends with the last one. Most documents hold no such text, and reading a document as text
 * takes a fifth of the time that taking it apart does (20 µs of a document of 1 kB): only those that do are taken apart.
 */
function endsWith(digits: string, parameters: Parameters): string {
  const ending = parameters.add(digits, "text");
  const written = parameters.add(`%${[...digits].join("%")}"%`, "text");
  return `u.document::text like ${written} and exists (
    select from json_array_elements(case when json_typeof(u.document->'phoneNumbers') = 'array' then u.document->'phoneNumbers' else '[]' end) e
     where right(regexp_replace(e->>'value', '[^0-9]', '', 'g'), length(${ending})) = ${ending})`;
}
