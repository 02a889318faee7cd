-- Whose department a node is: the id of a group, or the key of an organisation that attributes name. It follows them when they are renamed.
alter table departments add column anchor text;
update departments d set anchor = (select min(p.group_id::text) from placements p where p.department_id = d.id);
create index departments_anchor on departments (anchor, target) where anchor is not null;

-- What is known of a node is provisional until then: made on the way of a rename, or emptied a moment ago.
alter table departments add column settles_at timestamptz;
-- A node made on the way of a rename: the one whose place it may turn out to be.
alter table departments add column origin uuid;
create index departments_origin on departments (origin) where origin is not null;
create index departments_leaving on departments (target) where not present;

-- Names that are one to the target although they differ here; the second of two siblings is called by its number.
alter table departments add column name_key text;
alter table departments add column ordinal int not null default 1;
update departments set name_key = lower(normalize(name, nfkc));
create index departments_siblings on departments (target, parent_id, name_key);

-- Organisations a person's attributes name on the way to a department, by their keys: `[[key, name, key above], ...]`.
alter table person_departments add column stated text;

-- Which department of ours has a name at the target now.
create index links_name on links (lower(attributes->>'name'), target);
