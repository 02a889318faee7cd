import type { Mapping } from "../../mapping/mapping.ts";
import { type TriedPeople, triedPeople } from "./people.ts";

/** The results of a mapping for the people of a directory. */
export interface Trial {
  readonly people: number;
  /** By attribute of the target: how many people get a value. */
  readonly values: Readonly<Record<string, number>>;
  /**
   * Most frequent first. `example` is the id of the first person concerned; a text holds no personal value.
   */
  readonly notes: readonly TrialNote[];
}

export interface TrialNote {
  readonly attribute: string;
  readonly code: string;
  readonly text: string;
  readonly example: string;
  count: number;
}

/** Applies a mapping to people. Writes nothing. Leaves out the target's normalization. */
export async function tryMapping({
  mapping,
  ...tried
}: TriedPeople & { readonly mapping: Mapping }): Promise<Trial> {
  const values: Record<string, number> = {};
  const notes = new Map<string, TrialNote>();
  let people = 0;
  for await (const { id, input } of triedPeople(tried)) {
    people += 1;
    const mapped = mapping.person(input);
    for (const [name, value] of Object.entries(mapped.attributes)) {
      values[name] = (values[name] ?? 0) + (value === null ? 0 : 1);
    }
    for (const { attribute, code, text } of mapped.notes) {
      const key = `${attribute} ${code}`;
      const known = notes.get(key) ?? { attribute, code, text, example: id, count: 0 };
      known.count += 1;
      notes.set(key, known);
    }
  }
  return { people, values, notes: [...notes.values()].sort((a, b) => b.count - a.count) };
}
