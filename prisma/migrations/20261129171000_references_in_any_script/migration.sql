-- References are folded as filters are (src/store/postgres/folded.ts): lower() by the column's collation "C" knew ASCII letters only.
create index users_manager_key on users (source_id, (lower(normalize(manager_ref, nfkc) collate "und-x-icu") collate "C")) where manager_ref is not null;
drop index users_manager_folded;
update placements set managers_key = array(select lower(normalize(m, nfkc) collate "und-x-icu") from unnest(managers) m) where managers is not null;
update person_departments set managers_key = array(select lower(normalize(m, nfkc) collate "und-x-icu") from unnest(managers) m) where managers is not null;
