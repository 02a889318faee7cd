/* Indexes of the organisation: their keys, and sets of ids in them. */

/** The index key of an e-mail address. Letter case makes no difference. */
export const emailKey = (email: string): string => email.toLowerCase();

/** The index key of the login name of an enterprise account. Letter case makes no difference. */
export const loginKey = emailKey;

export function add<K, V>(index: Map<K, Set<V>>, key: K, value: V): void {
  const set = index.get(key);
  if (set) set.add(value);
  else index.set(key, new Set([value]));
}

export function drop<K, V>(index: Map<K, Set<V>>, key: K, value: V): void {
  const set = index.get(key);
  if (set?.delete(value) && set.size === 0) index.delete(key);
}
