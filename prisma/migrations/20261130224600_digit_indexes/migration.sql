-- People by digits of their numbers and names. For `persons` PostgreSQL always computes the keys: its rows are written by transactions of many statements, where this costs little.
drop index concurrently if exists users_digits;
create index concurrently users_digits on users using gin
  ((case when digits_version = version then digit_keys else digit_keys_of(document, array[user_name_key, display_name_key] || email_keys) end));
drop index concurrently if exists persons_digits;
create index concurrently persons_digits on persons using gin
  (digit_keys_of(document, array[user_name_key, display_name_key, employee_number_key, external_id] || email_keys));
