-- An externalId is the client's to keep unique (RFC 7643 section 3.1): several resources of a source may have one and the same. Look-ups go on through an index.
create index users_external_id on users (source_id, external_id);
drop index users_external_id_key;
create index groups_external_id on groups (source_id, external_id);
drop index groups_external_id_key;
