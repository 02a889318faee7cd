import type { EntityKind, EntityRef } from "../../core/entity.ts";
import type { TargetAdapter, WriteContext } from "../../reconcile/target.ts";
import {
  TargetConflict,
  TargetDependency,
  type TargetError,
  TargetNotFound,
  TargetUnavailable,
  type Written,
} from "../../reconcile/target-failures.ts";
import type { Actual, Attributes, AttributeValue } from "../../reconcile/target-values.ts";

const ROOT = "root";
const PAGE = 100;
const MAX_TEXT = 80;

interface Held {
  readonly kind: EntityKind;
  readonly actual: Actual;
}

/**
 * A failure of one operation: `before` it is carried out, or `after` it, without an answer. Applies only to
 * the next matching operation.
 */
export interface MemoryFault {
  readonly when: "before" | "after";
  readonly error: () => TargetError;
}

export interface MemoryTarget extends TargetAdapter {
  close(): void;
  /** Makes the next matching operation fail. */
  fail(fault: MemoryFault): void;
}

/**
 * A complete target in a map, with the promises of the port. The smallest example of an adapter, and a target
 * for tests that do not depend on one. The remote id of a person is the entity's id; those of departments and
 * roles are numbers. Siblings have different names. A department is removed last.
 */
export const createMemoryTarget = (): MemoryTarget => memoryTarget(new Map(), 0);

function memoryTarget(things: Map<string, Held>, firstId: number): MemoryTarget {
  const faults: MemoryFault[] = [];
  let lastId = firstId;

  const collection = collectionOf(things);
  const { get, all, keep, drop } = collection;

  const operate = <T>(api: string, context: WriteContext, act: (calls: Written["calls"]) => T): Promise<T> =>
    operateOn(faults, api, context, act);

  function write(
    ref: EntityRef,
    before: Actual | undefined,
    attributes: Attributes,
    calls: Written["calls"],
  ): Written {
    requireReferences(collection, ref.kind, attributes);
    requireFreeName(collection, ref.kind, attributes, before?.remoteId);
    const remoteId = before?.remoteId ?? (ref.kind === "user" ? ref.id : String(++lastId));
    const actual: Actual = {
      remoteId,
      attributes,
      presence: before?.presence ?? "active",
      entityId: before?.entityId ?? ref.id,
    };
    keep(ref.kind, actual);
    return { remoteId, attributes, presence: actual.presence, notes: [], calls };
  }

  return {
    name: "memory",
    rootDepartment: ROOT,
    canSuspend: () => true,
    remoteIdFor: (ref) => (ref.kind === "user" ? ref.id : undefined),
    normalize: (_kind, desired) => normalize(desired),
    create: (ref, attributes, context) =>
      operate(`${ref.kind}/create`, context, (calls) =>
        write(
          ref,
          all(ref.kind).find((each) => each.entityId === ref.id),
          attributes,
          calls,
        ),
      ),
    update: (ref, actual, set, context) =>
      operate(`${ref.kind}/update`, context, (calls) => {
        const before = requireThere(collection, ref.kind, actual.remoteId);
        return write(ref, before, { ...before.attributes, ...set }, calls);
      }),
    remove: (ref, actual, context) =>
      operate(`${ref.kind}/remove`, context, (calls) => {
        requireEmpty(collection, ref.kind, actual.remoteId);
        drop(ref.kind, actual.remoteId);
        return { calls };
      }),
    setSuspended: (_ref, actual, suspended, context) =>
      operate("user/setSuspended", context, (calls) => {
        const { remoteId, attributes, entityId } = requireThere(collection, "user", actual.remoteId);
        const presence = suspended ? "disabled" : "active";
        keep("user", { remoteId, attributes, presence, ...(entityId ? { entityId } : {}) });
        return { remoteId, attributes, presence, notes: [], calls };
      }),
    read: (kind, remoteId, context) =>
      operate(`${kind}/read`, context, (calls) => ({ actual: get(kind, remoteId), calls })),
    find: (ref, context) =>
      operate(`${ref.kind}/find`, context, (calls) => ({
        actual: all(ref.kind).find((each) => each.entityId === ref.id),
        calls,
      })),
    recall: (_kind, remembered, read) =>
      Object.fromEntries(Object.entries(remembered).filter(([name]) => read[name] === undefined)),
    disproved: () => [],
    canFind: () => true,
    async *list(kind, context) {
      const found = await operate(`${kind}/list`, context, () => all(kind));
      for (let start = 0; start < found.length; start += PAGE)
        yield { actuals: found.slice(start, start + PAGE) };
    },
    freeing: (ref, attribute) => (ref.kind === "user" && attribute !== "name" ? null : undefined),
    // The map has all data, so a copy of the map is complete.
    rehearsal: () => memoryTarget(new Map(things), lastId),
    check: async () => [],
    fail: (fault) => void faults.push(fault),
    close() {},
  };
}

/** All operations pass here: one recorded call, and the requested failure. */
async function operateOn<T>(
  faults: MemoryFault[],
  api: string,
  { signal }: WriteContext,
  act: (calls: Written["calls"]) => T,
): Promise<T> {
  const calls = [{ api, code: "ok", durationMs: 0 }];
  const failed = (error: TargetError): TargetError =>
    Object.assign(error, { calls: [{ api, code: error.answer, durationMs: 0 }] });
  if (signal.aborted)
    throw new TargetUnavailable("aborted before anything was done", {
      answer: "aborted",
      reasonCode: "unreachable",
    });
  const fault = faults.shift();
  if (fault?.when === "before") throw failed(fault.error());
  const result = act(calls);
  if (fault?.when === "after") throw failed(fault.error());
  return result;
}

interface Collection {
  get(kind: EntityKind, remoteId: string): Actual | undefined;
  all(kind: EntityKind): readonly Actual[];
  keep(kind: EntityKind, actual: Actual): void;
  drop(kind: EntityKind, remoteId: string): void;
}

function collectionOf(things: Map<string, Held>): Collection {
  const keyOf = (kind: EntityKind, remoteId: string): string => `${kind}:${remoteId}`;
  return {
    get: (kind, remoteId) => things.get(keyOf(kind, remoteId))?.actual,
    all: (kind) => [...things.values()].filter((held) => held.kind === kind).map((held) => held.actual),
    keep: (kind, actual) => void things.set(keyOf(kind, actual.remoteId), { kind, actual }),
    drop: (kind, remoteId) => void things.delete(keyOf(kind, remoteId)),
  };
}

function requireReferences({ get }: Collection, kind: EntityKind, attributes: Attributes): void {
  const parents = kind === "department" ? [attributes.parent ?? ROOT] : list(attributes.departments);
  for (const id of parents) {
    if (id === ROOT || get("department", String(id))) continue;
    throw new TargetDependency(`department ${id} does not exist`, {
      answer: "no-department",
      reasonCode: "departmentMissing",
    });
  }
}

function requireFreeName(
  { all }: Collection,
  kind: EntityKind,
  attributes: Attributes,
  remoteId: string | undefined,
): void {
  if (kind === "user") return;
  const taken = all(kind).find(
    (other) =>
      other.remoteId !== remoteId &&
      other.attributes.name === attributes.name &&
      other.attributes.parent === attributes.parent,
  );
  if (!taken) return;
  const details = {
    answer: "name-taken",
    reasonCode: "nameTaken",
    remedy: "rename one of the two",
    attribute: "name",
    heldBy: taken.remoteId,
  };
  throw new TargetConflict("another of this name exists", details);
}

function requireThere({ get }: Collection, kind: EntityKind, remoteId: string): Actual {
  const found = get(kind, remoteId);
  if (!found)
    throw new TargetNotFound(`${kind} ${remoteId} does not exist`, {
      answer: "not-found",
      reasonCode: "missing",
    });
  return found;
}

function requireEmpty({ all }: Collection, kind: EntityKind, remoteId: string): void {
  if (kind !== "department") return;
  const inside =
    all("department").some((each) => each.attributes.parent === remoteId) ||
    all("user").some((each) => list(each.attributes.departments).includes(remoteId));
  if (inside)
    throw new TargetDependency(`department ${remoteId} is not empty`, {
      answer: "not-empty",
      reasonCode: "stillInside",
    });
}

/** Trims, cuts, sorts; an empty text is null. */
function normalize(desired: Attributes): ReturnType<TargetAdapter["normalize"]> {
  const notes: { attribute: string; code: string; text: string }[] = [];
  const attributes = Object.entries(desired).map(([name, value]): [string, AttributeValue] => {
    if (Array.isArray(value)) return [name, [...new Set<string>(value)].sort()];
    if (typeof value !== "string") return [name, value];
    const text = value.trim();
    if (text.length > MAX_TEXT)
      notes.push({ attribute: name, code: "cut", text: `cut to ${MAX_TEXT} characters` });
    return [name, text.slice(0, MAX_TEXT).trim() || null];
  });
  return { attributes: Object.fromEntries(attributes), notes };
}

const list = (value: AttributeValue | undefined): readonly string[] => (Array.isArray(value) ? value : []);
