import type { Statement } from "../postgres/statement.ts";
import { personOf } from "../references.ts";
import { IS_REAL, markDue, PRIORITY, wakeUp } from "../write-sql.ts";

/* All statements of store/tree. Each runs under the lock of the tree. */

/** The schema extension in which a group names its parent. */
const GROUP_EXTENSION = "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:Group";

const statement = (name: string, text: string): Statement => ({ name: `tree-${name}`, text });

/** A rehearsal has a tree of its own, so it takes no lock. */
export const LOCK = statement(
  "lock",
  `select pg_advisory_xact_lock(hashtextextended('department-tree:' || $1::text, 0)) where ${IS_REAL}`,
);
export const PLACEMENT = statement(
  "placement",
  "select kind, department_id, name, managers, reason from placements where target = $1 and group_id = $2",
);
export const PUT_PLACEMENT = statement(
  "put-placement",
  `insert into placements (target, group_id, kind, department_id, name, reason, managers, managers_key) values ($1, $2, $3, $4, $5, $6, $7, $8)
   on conflict (target, group_id) do update set kind = excluded.kind, department_id = excluded.department_id, name = excluded.name,
     reason = excluded.reason, managers = excluded.managers, managers_key = excluded.managers_key`,
);
/** From now on the directory decides about the list of managers. */
export const MANAGE = statement(
  "manage",
  "update departments set managed = true where id = $1 and not managed",
);
export const REMOVE_PLACEMENT = statement(
  "remove-placement",
  "delete from placements where target = $1 and group_id = $2",
);
export const NODE_AT = statement(
  "node-at",
  "select * from departments where target = $1 and path_key = $2 and present",
);
export const NODE_BY_ID = statement("node-by-id", "select * from departments where id = $1 and present");
/** The node of a group or a key. It may have ended and wait for its removal. */
export const NODE_OF = statement(
  "node-of",
  "select * from departments where target = $1 and anchor = $2 order by present desc, id limit 1",
);
/** Groups other than $2 that are placed on a node. */
export const STANDING = statement(
  "standing",
  "select group_id from placements where department_id = $1 and group_id <> $2",
);
export const PEOPLE_IN = statement(
  "people-in",
  "select 1 from person_departments where department_id = $1 limit 1",
);
/** Whether the group that owns the node is placed on it. */
export const HELD = statement(
  "held",
  "select 1 from placements p join departments d on d.id = p.department_id where d.id = $1 and p.group_id::text = d.anchor",
);
export const CLAIM_NODE = statement("claim-node", "update departments set anchor = $2 where id = $1");
/** Takes a node off its path until it has a new one, so that the path is free. */
export const VACATE = statement(
  "vacate",
  "update departments set path_key = array['', id::text] where id = $1",
);
/** A node that is at the target is kept for a while, because its own group may still come. */
export const DROP_NODE = statement(
  "drop-node",
  `update departments d set present = false, origin = null, path_key = array['', d.id::text],
     settles_at = case when exists (select 1 from links l where l.target = d.target and l.kind = 'department' and l.entity_id = d.id)
                       then now() + $2::float8 * interval '1 ms' end
    where d.id = $1`,
);
export const IS_AT_TARGET = statement(
  "is-at-target",
  "select 1 from departments d join links l on l.target = d.target and l.kind = 'department' and l.entity_id = d.id where d.id = $1",
);
/**
 * New nodes of a rename that may be replaced by node $1: none of them is at the target, and no group and no
 * person is in them. The one with the most children comes first.
 */
export const HEIRS = statement(
  "heirs",
  `select d.* from departments d
    where d.origin = $1 and d.present and d.anchor is null
      and not exists (select 1 from placements p where p.department_id = d.id)
      and not exists (select 1 from person_departments p where p.department_id = d.id)
      and not exists (select 1 from links l where l.target = d.target and l.kind = 'department' and l.entity_id = d.id)
    order by (select count(*) from departments c where c.parent_id = d.id and c.present) desc, d.id limit 1`,
);
/** Whether a group that is placed somewhere else owns the node. */
export const OWNED_ELSEWHERE = statement(
  "owned-elsewhere",
  "select 1 from departments d join placements p on p.target = d.target and p.group_id::text = d.anchor where d.id = $1",
);
/**
 * Numbers in use among siblings with this name, without node $4. A sibling whose real name ends with such a
 * number also uses it.
 */
export const ORDINALS = statement(
  "ordinals",
  `select d.ordinal as taken from departments d
    where d.target = $1 and d.parent_id is not distinct from $2 and d.name_key = $3 and d.present and d.id <> $4
   union
   select n from generate_series(2, 20) n join departments d on d.name_key = $3 || ' (' || n || ')'
    where d.target = $1 and d.parent_id is not distinct from $2 and d.ordinal = 1 and d.present and d.id <> $4
   union
   select 1 from departments d
    where d.target = $1 and d.parent_id is not distinct from $2 and d.ordinal > 1 and d.name_key || ' (' || d.ordinal || ')' = $3 and d.present and d.id <> $4`,
);
export const NUMBER = statement("number", "update departments set ordinal = $2 where id = $1");
/** When the name is free, the first of the siblings with this name loses its number. */
export const PROMOTE = statement(
  "promote",
  `update departments d set ordinal = 1
    where d.id = (select c.id from departments c where c.target = $1 and c.parent_id is not distinct from $2 and c.name_key = $3 and c.present
                   order by c.ordinal, c.id limit 1)
      and d.ordinal > 1 returning d.id`,
);
export const OLDER_GROUP = statement(
  "older-group",
  "select 1 from placements where department_id = $1 and group_id < $2 limit 1",
);
/** Whether a group or a person describes the node. If so, its path alone does not. */
export const DESCRIBED = statement(
  "described",
  `select 1 from placements where department_id = $1
   union all select 1 from person_departments where department_id = $1 and settings is not null limit 1`,
);
/** Whether a person other than $2, who is in the node by attributes, belongs to another organisation. */
export const EXTERNAL_PEOPLE = statement(
  "external-people",
  "select 1 from person_departments where department_id = $1 and user_id <> $2 and external limit 1",
);
/** If several people describe a node, the person who was created first counts. */
export const DESCRIBER = statement(
  "speaker",
  `select p.user_id, p.settings from person_departments p
    where p.department_id = $1 and p.settings is not null and not exists (select 1 from placements g where g.department_id = $1)
    order by p.user_id limit 1`,
);
/** Who describes a node when a group has left: another group, or else a person in it by attributes. */
export const NEXT_DESCRIBER = statement(
  "next-speaker",
  `select (select p.group_id from placements p where p.department_id = $1 order by p.group_id limit 1) as group_id,
          (select p.user_id from person_departments p where p.department_id = $1 order by p.settings is null, p.user_id limit 1) as user_id`,
);
export const TELL_BELOW = statement(
  "tell-below",
  `with recursive below(id) as (
     select $2::uuid
     union
     select c.id from below b join departments c on c.parent_id = b.id and c.present),
   told as (update departments d set external = $3 from below b where d.id = b.id and d.external <> $3)
   select b.id, (select array_agg(p.group_id) from placements p where p.target = $1 and p.department_id = b.id) as group_ids from below b`,
);
/**
 * Subgroups to requeue, nested by membership. Parameters: 1 target, 2 group, 3 its node, 4 its earlier node.
 */
export const MISPLACED_NESTED = statement(
  "misplaced-nested",
  `select c.child_id as group_id from group_children c
      left join placements p on p.target = $1 and p.group_id = c.child_id left join departments d on d.id = p.department_id
     where c.group_id = $2 and d.parent_id is distinct from $3
   union
   select p.group_id from departments d join placements p on p.department_id = d.id
     where d.parent_id = any(array[$3, $4]::uuid[])
       and (d.parent_id is distinct from $3 or not exists (select 1 from group_children c where c.group_id = $2 and c.child_id = p.group_id))`,
);
export const MISPLACED_BY_PARENT = statement(
  "misplaced-by-parent",
  `select b.id as group_id from groups g
      join groups b on b.source_id = g.source_id and b.id <> g.id
       and lower(b.document#>>'{${GROUP_EXTENSION},parent}') in (g.id::text, lower(g.external_id), g.display_name_key)
      left join placements p on p.target = $1 and p.group_id = b.id left join departments d on d.id = p.department_id
     where g.id = $2 and d.parent_id is distinct from $3
   union
   select p.group_id from departments d join placements p on p.department_id = d.id
     where d.parent_id = $4 and d.parent_id is distinct from $3`,
);
export const CHILDREN = statement("children", "select id from departments where parent_id = $1 and present");
export const MOVE_NODE = statement(
  "move-node",
  `update departments set parent_id = $2, name = $3, path_key = $4, settings = $5, external = $6, name_key = $7, present = true, settles_at = null, origin = null
    where id = $1`,
);
export const REKEY_BELOW = statement(
  "rekey-below",
  `with recursive below(id, path_key, old) as (
     select d.id, d.path_key, d.path_key from departments d where d.id = $1
     union all
     select c.id, b.path_key || c.path_key[cardinality(c.path_key)], c.path_key from below b join departments c on c.parent_id = b.id and c.present)
   update departments d set path_key = b.path_key from below b where d.id = b.id and d.id <> $1`,
);
export const ADD_NODE = statement(
  "add-node",
  `insert into departments (id, target, parent_id, name, path_key, settings, external, name_key, anchor, origin, settles_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now() + $11::float8 * interval '1 ms')`,
);
/**
 * Uses a node again that waits for its removal and has the same path or name. A node is not used if its group
 * is placed somewhere else now.
 */
export const REVIVE = statement(
  "revive",
  `update departments set present = true, parent_id = $3, name = $4, settings = $5, external = $6, path_key = $2, name_key = $7, anchor = $8,
     settles_at = null, origin = null
    where id = (select d.id from departments d
                 where d.target = $1 and not d.present and (d.path_key = $2 or d.parent_id is not distinct from $3 and d.name_key = $7)
                   and not exists (select 1 from placements p where p.target = d.target and p.group_id::text = d.anchor and p.group_id::text is distinct from $8)
                 order by d.path_key = $2 desc, d.id limit 1) returning id`,
);
export const ADOPT = statement(
  "adopt",
  "update departments set parent_id = $2 where parent_id = $1 and present and id <> $2",
);
export const DESCRIBE = statement(
  "describe",
  "update departments set name = $2, settings = $3, external = $4, name_key = $5 where id = $1",
);
export const LET_GO = statement(
  "let-go",
  `update departments d set present = false, settles_at = now() + $2::float8 * interval '1 ms' where d.id = $1 and d.present
     and not exists (select 1 from placements p where p.department_id = d.id)
     and not exists (select 1 from person_departments p where p.department_id = d.id)
     and not exists (select 1 from departments c where c.parent_id = d.id and c.present)
   returning d.parent_id, d.name_key`,
);
export const PERSON_DEPARTMENTS = statement(
  "person",
  "select department_id, main, external, managers, settings, stated from person_departments where target = $1 and user_id = $2",
);
export const PUT_PERSON_DEPARTMENTS = statement(
  "put-person",
  `with wanted as (select * from json_to_recordset($3::json) as w(department_id uuid, main boolean, external boolean, managers text[], managers_key text[], settings json, stated text)),
   gone as (delete from person_departments p where p.target = $1 and p.user_id = $2 and p.department_id not in (select department_id from wanted))
   insert into person_departments (target, user_id, department_id, main, external, managers, managers_key, settings, stated)
   select $1, $2, w.department_id, w.main, w.external, w.managers, w.managers_key, w.settings, w.stated from wanted w
   on conflict (target, user_id, department_id) do update set main = excluded.main, external = excluded.external, managers = excluded.managers,
     managers_key = excluded.managers_key, settings = excluded.settings, stated = excluded.stated`,
);
export const MARK = statement(
  "mark",
  `with marked as (${markDue(
    `(select 'department'::text as kind, d as entity_id, ${PRIORITY.structure}::smallint as priority, $5::uuid[] as causes from unnest($2::uuid[]) d
      union all select 'role', r, ${PRIORITY.structure}::smallint, $5::uuid[] from unnest($3::uuid[]) r
      union all select 'group', g, ${PRIORITY.structure}::smallint, $5::uuid[] from unnest($6::uuid[]) g
      union all select 'user', u.user_id, ${PRIORITY.person}::smallint, $5::uuid[] from (
        select ${personOf("m.user_id")} as user_id from group_members m where m.group_id = any($4::uuid[])
        union select p.user_id from person_departments p where p.department_id = any($7::uuid[])
        union select unnest($8::uuid[])) u) m`,
    "$1::text[]",
  )}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken`,
);
