-- People by parts of their names and by digits. The indexes of digits alone are dropped: a record has one list of keys.
drop index concurrently if exists users_search;
create index concurrently users_search on users using gin
  ((case when search_version = version then search_keys else search_keys_of(document, array[user_name_key, display_name_key] || email_keys, external_id) end));
drop index concurrently if exists persons_search;
create index concurrently persons_search on persons using gin
  (search_keys_of(document, array[user_name_key, display_name_key, employee_number_key] || email_keys, external_id));
drop index concurrently if exists users_digits;
drop index concurrently if exists persons_digits;
