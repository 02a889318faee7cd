-- Keys for a search by a part of a name or by digits (src/store/search-keys.ts), computed by the process that writes the row, and the version of the row that they are valid for. They
-- replace digit_keys and digits_version, which nothing reads any more; a later version drops them.
alter table users add column search_keys smallint[], add column search_version bigint;

-- The keys of digits as digit_keys_of computes them, one for each three letters of a name, and one for each Chinese, Japanese or Korean character, and one for the whole externalId. It calls no function
-- of this schema: PostgreSQL builds and analyzes an index without the schema in its search path.
create function search_keys_of(document json, names text[], external_id text) returns smallint[] language plpgsql immutable parallel safe as $$
declare
  keys smallint[] := '{}';
  numbers json := document->'phoneNumbers';
  digits text;
  name text;
  letter text;
  code bigint;
  last bigint;
  before bigint;
  sum bigint := 0;
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
  foreach name in array names loop
    last := null;
    before := null;
    foreach letter in array coalesce(string_to_array(name, null), '{}') loop
      code := ascii(letter);
      if code >= 11904 then
        keys := keys || (20000 + code % 12743)::smallint;
        last := null;
        before := null;
      elsif code between 48 and 57 then
        last := null;
        before := null;
      else
        if before is not null then
          keys := keys || (-1 - (before * 1048576 + last * 1024 + code) % 32749)::smallint;
        end if;
        before := last;
        last := code;
      end if;
    end loop;
  end loop;
  if external_id is not null then
    foreach letter in array string_to_array(lower(external_id), null) loop
      sum := (sum * 1024 + ascii(letter)) % 32749;
    end loop;
    keys := keys || (-1 - sum)::smallint;
  end if;
  return keys;
end
$$;
