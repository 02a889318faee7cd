import { FORGOTTEN } from "../write-sql.ts";

/*
 * All tables with values of people, and the statements that erase the values of some people. One test
 * compares the list with the classification (privacy/columns.ts). Another test searches every table for
 * erased values. The history is not in the list: its values are encrypted, and cannot be read without the
 * person's key (store/personal).
 */

/**
 * Parameters of the statements: `$1::uuid[]` the people, `$2::text[]` their user names, display names and
 * e-mail addresses, folded.
 */
export interface PersonalStore {
  readonly table: string;
  readonly erase: string;
}

/** The data of people who are still in the directory. */
export const DIRECTORY_STORE: PersonalStore = {
  table: "users",
  erase: "delete from users where id = any($1::uuid[])",
};

const OF_PERSON = "kind = 'user' and entity_id = any($1::uuid[])";

/** The data that may be left after the directory has deleted a person. */
export const PERSONAL_STORES: readonly PersonalStore[] = [
  {
    table: "entity_states",
    // The row stays while the person is at the target, because it is the place in the queue. The next run
    // writes new values.
    erase: `update entity_states set reason = null, last_answer = null, cause = null, notes = null, holder = null, planned = null, refused = null,
        manager_key = null
      where ${OF_PERSON} and coalesce(reason, last_answer, cause, notes::text, holder::text, planned::text, refused::text, manager_key) is not null`,
  },
  {
    table: "links",
    // The link stays while the person is at the target. Without it we would not know that we must remove the
    // person.
    erase: `update links set ${FORGOTTEN}, invitation = null where ${OF_PERSON} and coalesce(attributes, unshown, invitation) is not null`,
  },
  { table: "removed_people", erase: "delete from removed_people where entity_id = any($1::uuid[])" },
  // Also by the remote id: a hint may name the person without a known entity.
  {
    table: "hints",
    erase: `delete from hints h where h.kind = 'user' and (h.entity_id = any($1::uuid[]) or h.remote_id in (
      select l.remote_id from links l where l.kind = 'user' and l.entity_id = any($1::uuid[])) or h.remote_id in (select p.id::text from unnest($1::uuid[]) as p(id)))`,
  },
  { table: "adoptions", erase: `delete from adoptions where ${OF_PERSON}` },
  {
    table: "assessments",
    // A report has many people. It is deleted as a whole, because it can be made again.
    erase: `delete from assessments a where a.state <> 'running' and exists (
      select from unnest($1::uuid[]) as p(id) where strpos(a.report::text, p.id::text) > 0
        or exists (select from unnest($2::text[]) as n(name) where strpos(lower(a.report::text), n.name) > 0))`,
  },
  {
    table: "person_joins",
    erase: "delete from person_joins where record_id = any($1::uuid[]) or person_id = any($1::uuid[])",
  },
  { table: "persons", erase: "delete from persons where id = any($1::uuid[])" },
  { table: "person_departments", erase: "delete from person_departments where user_id = any($1::uuid[])" },
  // Only rows with digests of values. The rows that count removals have none.
  { table: "guard_acts", erase: `delete from guard_acts where ${OF_PERSON} and strpos(key, '=') > 0` },
  {
    table: "sessions",
    // Sessions of operators with the name of the person. Sessions have no id of the directory.
    erase: "delete from sessions where cardinality($1::uuid[]) > 0 and lower(name) = any($2::text[])",
  },
  {
    table: "operators",
    erase: "delete from operators where cardinality($1::uuid[]) > 0 and lower(name) = any($2::text[])",
  },
];

/** Tables with personal columns from which nothing has to be erased for a person, each with the reason. */
export const NOTHING_TO_ERASE: Readonly<Record<string, string>> = {
  history: "its values are encrypted under the person's key, which is destroyed",
  group_members: "goes with the person's row",
  scheduled_changes: "goes with the person's row",
  groups: "a group's own document; managers are named in it by id or number, by the SCIM client alone",
  departments: "settings of a department, as the group or the people in it say them",
  placements: "managers of a group, by id or number, as the group's document names them",
  guard_values: "digests of values without anybody's id, gone within three hours",
  legal_holds: "nobody is erased under a hold",
  holds: "which operators agreed",
  incidents: "which operator acknowledged",
  alert_signals: "addresses of callers",
  login_links: "which operator made it",
  target_states: "which operator stopped the loop",
  erasures: "the record of the erasure itself",
  evidence_pieces: "events without values of people, and gone after 30 days",
  history_leaves: "entries name ids, and commit to the rest by hashes",
};
