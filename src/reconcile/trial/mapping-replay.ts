import { sameJson } from "../../core/json/same-json.ts";
import type { Changes } from "../../history/event.ts";
import type { Explanation, Mapping, PersonInput } from "../../mapping/mapping.ts";
import { type TriedPeople, triedPeople } from "./people.ts";

/** The results of another mapping for people, compared with those of the present mapping. */
export interface Replay {
  /** Number of people compared. */
  readonly people: number;
  /** False: the time was over before all people were compared. */
  readonly complete: boolean;
  /** By attribute: the number of people with a different result. */
  readonly byAttribute: Readonly<Record<string, number>>;
  /** People with at least one difference, in the given order. */
  readonly items: readonly ReplayedPerson[];
}

export interface ReplayedPerson {
  readonly id: string;
  readonly name: string;
  /** By attribute of the target. A side is missing if its mapping does not manage the attribute. */
  readonly changes: Changes;
  /** Inputs and results of both mappings for each difference. */
  readonly explanations: readonly Explanation[];
}

export interface ReplayOptions extends TriedPeople {
  readonly present: Mapping;
  readonly other: Mapping;
  /** Whether the time is over. */
  readonly isOver: () => boolean;
}

/**
 * Applies both mappings to people as the directory has them now. Writes nothing and sends nothing. Leaves out
 * results that depend on groups, such as departments, and changes by the target's normalization.
 */
export async function replayMapping({ present, other, isOver, ...people }: ReplayOptions): Promise<Replay> {
  const byAttribute: Record<string, number> = {};
  const items: ReplayedPerson[] = [];
  let count = 0;
  for await (const { id, document, input } of triedPeople(people)) {
    if (isOver()) return { people: count, complete: false, byAttribute, items };
    count += 1;
    const { changes, explanations } = difference(present, other, input);
    for (const attribute of Object.keys(changes)) byAttribute[attribute] = (byAttribute[attribute] ?? 0) + 1;
    const { displayName, userName } = document;
    if (explanations.length > 0)
      items.push({ id, name: String(displayName ?? userName ?? id), changes, explanations });
  }
  return { people: count, complete: true, byAttribute, items };
}

function difference(
  present: Mapping,
  other: Mapping,
  input: PersonInput,
): Pick<ReplayedPerson, "changes" | "explanations"> {
  const [before, after] = [present, other].map(
    (mapping) => new Map(mapping.explain(input).map((each) => [each.attribute, each])),
  );
  const attributes = new Set([...before!.keys(), ...after!.keys()]);
  const differing = [...attributes].filter(
    (name) => !sameJson(before!.get(name)?.result, after!.get(name)?.result),
  );
  return {
    changes: Object.fromEntries(
      differing.map((name) => [
        name,
        { ...side("before", before!.get(name)), ...side("after", after!.get(name)) },
      ]),
    ),
    explanations: differing.flatMap((name) =>
      [before!.get(name), after!.get(name)].filter((each) => each !== undefined),
    ),
  };
}

const side = (name: "before" | "after", explanation: Explanation | undefined): object =>
  explanation?.result === undefined ? {} : { [name]: explanation.result };
