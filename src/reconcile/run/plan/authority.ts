import type { EntityRef, JsonObject, JsonValue } from "../../../core/entity.ts";
import { sameJson } from "../../../core/json/same-json.ts";
import { extensionOf, PERSON_EXTENSIONS } from "../../../mapping/extensions.ts";
import type { Mapping } from "../../../mapping/mapping.ts";
import { type Desired, sameValue } from "../../plan.ts";
import type { ReconcileStore } from "../../ports.ts";
import type { TargetAdapter } from "../../target.ts";
import type { Actual, Attributes, AttributeValue } from "../../target-values.ts";

/*
 * Attributes for which the mapping gives the target authority. Each has one owner at a time: the source, if
 * it wrote the attribute within thirty days, otherwise the target. Values of the source are corrected at the
 * target as usual. Values of the target stay, and the directory shows them as `observed`.
 */

export interface AuthorityDeps {
  readonly store: Pick<ReconcileStore, "writtenSince">;
  readonly target: Pick<TargetAdapter, "normalize">;
  readonly mapping: Pick<Mapping, "authorities">;
}

/** By SCIM names. */
export type Observed = Readonly<Record<string, JsonValue>>;

export interface Yielded {
  /** The desired state without attributes that the target owns. */
  readonly desired: Desired;
  /** The new `observed` values of the directory; undefined: unchanged. */
  readonly observed: Observed | undefined;
}

/** Time during which a value of a source has priority over the target. */
const SOURCE_HOLDS_MS = 30 * 86_400_000;

const NAMES: Readonly<Record<string, string>> = { nickname: "nickName" };
const nameOf = (attribute: string): string => NAMES[attribute] ?? attribute;

/** Writes nothing. Asks for the last writer only where the two sides differ. */
export async function yieldTo(
  { store, target, mapping: { authorities } }: AuthorityDeps,
  ref: EntityRef,
  {
    document,
    desired,
    actual,
    now,
  }: {
    readonly document: JsonObject | undefined;
    readonly desired: Desired;
    readonly actual: Actual | undefined;
    readonly now: Date;
  },
): Promise<Yielded> {
  if (authorities.length === 0 || ref.kind !== "user" || !document || desired.state !== "present")
    return { desired, observed: undefined };
  if (!actual)
    return {
      desired: await comingBack(store, ref, { document, desired, authorities, now }),
      observed: undefined,
    };
  const wanted = wantedOf(target, desired.attributes, actual, authorities);
  // An attribute that the mapping wants empty stays empty, whoever owns it.
  const open = authorities.filter(({ attribute }) => desired.attributes[attribute] !== null);
  const differing = open.filter(({ attribute }) => differs(wanted[attribute], actual.attributes[attribute]));
  const opinions = differing.filter(
    ({ attribute, reads }) => wanted[attribute] !== undefined && reads.length > 0,
  );
  const since = new Date(now.getTime() - SOURCE_HOLDS_MS);
  const written = opinions.length > 0 ? await store.writtenSince(ref.id, since) : new Set<string>();
  const owned = differing.filter(
    (each) => !(opinions.includes(each) && each.reads.some((name) => written.has(name))),
  );
  const observed = Object.fromEntries(
    owned.flatMap(({ attribute }) => observedEntry(attribute, actual.attributes[attribute])),
  );
  return {
    desired: {
      ...desired,
      attributes: without(
        desired.attributes,
        owned.map(({ attribute }) => attribute),
      ),
    },
    observed: sameJson(observed, observedIn(document)) ? undefined : observed,
  };
}

/** A removed person is created again with the values that the target owned. */
async function comingBack(
  store: AuthorityDeps["store"],
  ref: EntityRef,
  given: {
    readonly document: JsonObject;
    readonly desired: Extract<Desired, { state: "present" }>;
    readonly authorities: Mapping["authorities"];
    readonly now: Date;
  },
): Promise<Desired> {
  const { document, desired, authorities, now } = given;
  const observed = observedIn(document);
  const known = authorities.flatMap(({ attribute, reads }) => {
    const value = observed[nameOf(attribute)];
    return reads.length > 0 && typeof value === "string" && (desired.attributes[attribute] ?? null) !== null
      ? [{ attribute, reads, value }]
      : [];
  });
  if (known.length === 0) return desired;
  const written = await store.writtenSince(ref.id, new Date(now.getTime() - SOURCE_HOLDS_MS));
  const owned = known.filter(({ reads }) => !reads.some((name) => written.has(name)));
  return {
    ...desired,
    attributes: {
      ...desired.attributes,
      ...Object.fromEntries(owned.map(({ attribute, value }) => [attribute, value])),
    },
  };
}

/** The desired values in the target's form, for comparison. */
function wantedOf(
  target: AuthorityDeps["target"],
  attributes: Attributes,
  actual: Actual,
  authorities: Mapping["authorities"],
): Attributes {
  const named = authorities.flatMap(({ attribute }) => {
    const value = attributes[attribute];
    return value === undefined || value === null ? [] : [[attribute, value] as const];
  });
  return named.length === 0 ? {} : target.normalize("user", Object.fromEntries(named), actual).attributes;
}

/** A value that the target does not return is not a difference. */
const differs = (wanted: AttributeValue | undefined, there: AttributeValue | undefined): boolean =>
  there !== undefined && !sameValue(wanted, there);

const observedEntry = (
  attribute: string,
  there: AttributeValue | undefined,
): readonly (readonly [string, JsonValue])[] =>
  there === undefined || there === null || there === "" ? [] : [[nameOf(attribute), there]];

const without = (attributes: Attributes, names: readonly string[]): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));

function observedIn(document: JsonObject): JsonObject {
  const extension = extensionOf(document, PERSON_EXTENSIONS["dingtalk"]!) as JsonObject;
  // Always an object, because only this program writes it.
  return (extension["observed"] ?? {}) as JsonObject;
}
