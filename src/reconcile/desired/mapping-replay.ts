import { sameJson } from "../../core/same-json.ts";
import type { Changes } from "../../history/event.ts";
import type { Explanation, Mapping, PersonInput } from "../../mapping/mapping.ts";
import type { ReconcileStore } from "../ports.ts";
import { personInput } from "./conclude.ts";

/** What another mapping would make of people, beside what the present one makes of them. */
export interface Replay {
  /** So many were tried. */
  readonly people: number;
  /** False: the time was over before everybody was tried. */
  readonly complete: boolean;
  /** By attribute: for how many it comes out otherwise. */
  readonly byAttribute: Readonly<Record<string, number>>;
  /** For whom anything does, in the order in which they were given. */
  readonly items: readonly ReplayedPerson[];
}

export interface ReplayedPerson {
  readonly id: string;
  readonly name: string;
  /** By attribute of the target; a side on which the attribute is left alone is not there. */
  readonly changes: Changes;
  /** What was read and given where the outcome differs, under each of the two. */
  readonly explanations: readonly Explanation[];
}

export interface ReplayOptions {
  readonly present: Mapping;
  readonly other: Mapping;
  readonly store: Pick<ReconcileStore, "people">;
  /** Page by page: between two pages others have their turn. */
  readonly ids: AsyncIterable<readonly string[]>;
  /** Whether the time is over. */
  readonly isOver: () => boolean;
}

/**
 * Puts people, as the directory has them now, through both mappings. Nothing is written and nothing is sent. Of what follows from groups only, such as the
 * departments that they become, and of what the target itself makes of the values, it knows nothing.
 */
export async function replayMapping({ present, other, store, ids, isOver }: ReplayOptions): Promise<Replay> {
  const byAttribute: Record<string, number> = {};
  const items: ReplayedPerson[] = [];
  let people = 0;
  for await (const page of ids) {
    const found = await store.people(page);
    for (const id of page) {
      const facts = found.get(id);
      if (!facts?.document) continue;
      if (isOver()) return { people, complete: false, byAttribute, items };
      people += 1;
      const { changes, explanations } = difference(present, other, personInput(facts));
      for (const attribute of Object.keys(changes)) byAttribute[attribute] = (byAttribute[attribute] ?? 0) + 1;
      const { displayName, userName } = facts.document;
      if (explanations.length > 0) items.push({ id, name: String(displayName ?? userName ?? id), changes, explanations });
    }
  }
  return { people, complete: true, byAttribute, items };
}

function difference(present: Mapping, other: Mapping, input: PersonInput): Pick<ReplayedPerson, "changes" | "explanations"> {
  const [before, after] = [present, other].map((mapping) => new Map(mapping.explain(input).map((each) => [each.attribute, each])));
  const attributes = new Set([...before!.keys(), ...after!.keys()]);
  const differing = [...attributes].filter((name) => !sameJson(before!.get(name)?.result, after!.get(name)?.result));
  return {
    changes: Object.fromEntries(
      differing.map((name) => [name, { ...side("before", before!.get(name)), ...side("after", after!.get(name)) }]),
    ),
    explanations: differing.flatMap((name) => [before!.get(name), after!.get(name)].filter((each) => each !== undefined)),
  };
}

const side = (name: "before" | "after", explanation: Explanation | undefined): object =>
  explanation?.result === undefined ? {} : { [name]: explanation.result };
