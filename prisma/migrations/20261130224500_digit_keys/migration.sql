-- Keys for a search by digits (src/store/digit-keys.ts), computed by the process that writes the row, and the version of the row that they are valid for. If the row has another version,
-- it is from before this migration or was written by a process of the previous version. Then the index uses the function below.
alter table users add column digit_keys smallint[], add column digits_version bigint;

-- 10000 plus the last four digits of each telephone number, and every four consecutive digits in a name. As one query instead of a loop it takes twenty times as long.
create function digit_keys_of(document json, names text[]) returns smallint[] language plpgsql immutable parallel safe as $$
declare
  keys smallint[] := '{}';
  numbers json := document->'phoneNumbers';
  digits text;
begin
  if json_typeof(numbers) = 'array' then
    for at in 0 .. json_array_length(numbers) - 1 loop
      digits := regexp_replace((numbers->at->>'value') collate "C", '[^0-9]', '', 'g');
      if length(digits) >= 4 then
        keys := keys || (10000 + right(digits, 4)::int)::smallint;
      end if;
    end loop;
  end if;
  foreach digits in array string_to_array(regexp_replace(array_to_string(names, ' ') collate "C", '[^0-9]+', ' ', 'g'), ' ') loop
    for at in 1 .. length(digits) - 3 loop
      keys := keys || substr(digits, at, 4)::smallint;
    end loop;
  end loop;
  return keys;
end
$$;
