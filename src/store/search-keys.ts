import type { JsonObject } from "../core/entity.ts";
import { fold } from "../core/text/fold.ts";
import { addNumberKeys, addRunKeys } from "./digit-keys.ts";
import type { keyColumns } from "./key-columns.ts";
import { createKeyCollector } from "./key-set.ts";
import { addNameKeys, wholeKey } from "./name-keys.ts";

/*
 * The keys of a person for a search by a part of a name or by digits (name-keys.ts, digit-keys.ts), and the
 * SQL that finds people by them.
 *
 * The keys of a record are stored in a column and are computed here, because PostgreSQL takes many times as
 * long (docs/adr/0071-names-have-keys.md). They are valid for the version of the row in `search_version`. For
 * any other version the index uses the function `search_keys_of`, which computes the same keys.
 */

const collected = createKeyCollector();

/**
 * The keys of a row of `users` with these columns, of which names are folded: the value of its `search_keys`, as
 * `keysOfRecord` computes it. Each key is in the list once, in no order.
 */
export function searchKeysOfRow(
  { user_name_key, display_name_key, email_keys, external_id }: ReturnType<typeof keyColumns>,
  document: JsonObject,
): readonly number[] {
  const names = [user_name_key, display_name_key, ...email_keys];
  return collected((keys) => {
    for (const [at, name] of names.entries()) {
      // The user name is often an e-mail address too.
      if (name === null || names.indexOf(name) < at) continue;
      addRunKeys(name, keys);
      addNameKeys(name, keys);
    }
    if (external_id !== null) keys.add(wholeKey(fold(external_id)));
    addNumberKeys(document, keys);
  });
}

/** SQL: the keys of the row `u` of `users`; the expression of the index `users_search`. */
export const keysOfRecord = (u: string): string =>
  `(case when ${u}.search_version = ${u}.version then ${u}.search_keys else search_keys_of(${u}.document, array[${u}.user_name_key, ${u}.display_name_key] || ${u}.email_keys, ${u}.external_id) end)`;

/** SQL: the same for a row of `persons` (`persons_search`). The job number has keys too. */
export const keysOfPerson = (p: string): string =>
  `search_keys_of(${p}.document, array[${p}.user_name_key, ${p}.display_name_key, ${p}.employee_number_key] || ${p}.email_keys, ${p}.external_id)`;
