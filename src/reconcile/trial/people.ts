import type { JsonObject } from "../../core/entity.ts";
import type { PersonInput } from "../../mapping/mapping.ts";
import { personInput } from "../desired/conclude.ts";
import type { ReconcileStore } from "../ports.ts";

/** The people of the directory in a trial of a mapping. */
export interface TriedPeople {
  readonly store: Pick<ReconcileStore, "people">;
  /** In pages. Other work of the process runs between two pages. */
  readonly ids: AsyncIterable<readonly string[]>;
}

export interface TriedPerson {
  readonly id: string;
  readonly document: JsonObject;
  readonly input: PersonInput;
}

/** Those people who are in the directory now, in the order of their ids. */
export async function* triedPeople({ store, ids }: TriedPeople): AsyncIterable<TriedPerson> {
  for await (const page of ids) {
    const found = await store.people(page);
    for (const id of page) {
      const facts = found.get(id);
      if (facts?.document) yield { id, document: facts.document, input: personInput(facts) };
    }
  }
}
