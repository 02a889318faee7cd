import { randomUUID } from "node:crypto";
import type { EntityKind, EntityRef } from "../../src/core/entity.ts";
import { plan } from "../../src/reconcile/plan.ts";
import type { TargetAdapter } from "../../src/reconcile/target.ts";
import {
  TargetConflict,
  TargetDependency,
  TargetError,
  TargetNotFound,
  TargetOutcomeUnknown,
  TargetThrottled,
  TargetUnavailable,
} from "../../src/reconcile/target-failures.ts";
import type { Actual, Attributes } from "../../src/reconcile/target-values.ts";

/**
 * What goes wrong with the next call: `lost` it is carried out and nobody hears, `dropped` it is not and
 * nobody hears.
 */
export type ContractFault = "throttled" | "unavailable" | "lost" | "dropped";

/** One target under test, empty, with a way to break its next call. */
export interface ContractTarget {
  readonly target: TargetAdapter;
  /** Attributes of a person that this target takes, all different from other people's. */
  person(n: number): Attributes;
  /** The same value in another spelling, which the target keeps in one form. */
  readonly spellings: readonly {
    readonly kind: EntityKind;
    readonly attribute: string;
    readonly given: string;
    readonly kept: string;
  }[];
  break(
    kind: EntityKind,
    action: "create" | "update" | "remove" | "list",
    fault: ContractFault,
  ): Promise<void>;
  close(): Promise<void>;
}

/** The promises of `TargetAdapter`, for every implementation. */
export function targetAdapterContract(name: string, open: () => Promise<ContractTarget>): void {
  describe(`${name} keeps the promises of a target`, () => {
    let under: ContractTarget;
    let target: TargetAdapter;
    let n = 0;
    const context = { signal: new AbortController().signal };
    const fresh = (kind: EntityKind): EntityRef => ({ kind, id: randomUUID() });

    beforeEach(async () => {
      under = await open();
      target = under.target;
    });
    afterEach(() => under.close());

    const desiredPerson = (attributes: Attributes = {}): Attributes => ({
      ...under.person(++n),
      departments: [target.rootDepartment],
      ...attributes,
    });

    async function make(ref: EntityRef, requested: Attributes, resume = false): Promise<Actual> {
      const { attributes } = target.normalize(ref.kind, requested);
      return target.create(ref, attributes, { ...context, resume });
    }
    const makeDepartment = (title: string, parent = target.rootDepartment, ref = fresh("department")) =>
      make(ref, { name: title, parent });

    async function read(kind: EntityKind, remoteId: string): Promise<Actual | undefined> {
      return (await target.read(kind, remoteId, context)).actual;
    }
    async function existing(kind: EntityKind, remoteId: string): Promise<Actual> {
      const actual = await read(kind, remoteId);
      if (!actual) throw new Error(`${kind} ${remoteId} is not there`);
      return actual;
    }
    async function listed(kind: EntityKind): Promise<readonly Actual[]> {
      const found: Actual[] = [];
      for await (const page of target.list(kind, context)) found.push(...page.actuals);
      return found;
    }
    async function failure(act: Promise<unknown>): Promise<TargetError> {
      const error = await act.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (error instanceof TargetError) return error;
      throw new Error(`expected a TargetError, got ${String(error)}`);
    }
    /** What would still have to be sent. */
    const missing = (requested: Attributes, kind: EntityKind, actual: Actual) =>
      plan(
        {
          state: "present",
          attributes: target.normalize(kind, requested, actual).attributes,
          when: {},
          notes: [],
        },
        actual,
      );

    describe("create", () => {
      test("a person reads back as written, and nothing is left to send", async () => {
        const ref = fresh("user");
        const requested = desiredPerson();
        const made = await make(ref, requested);
        expect(made.remoteId).toBe(target.remoteIdFor(ref) ?? made.remoteId);
        expect(missing(requested, "user", made)).toEqual({ action: "none" });
        expect(missing(requested, "user", await existing("user", made.remoteId))).toEqual({ action: "none" });
      });

      test("a department reads back as written, with our id on it", async () => {
        const ref = fresh("department");
        const made = await makeDepartment("Finance", target.rootDepartment, ref);
        const actual = await existing("department", made.remoteId);
        expect(missing({ name: "Finance", parent: target.rootDepartment }, "department", actual)).toEqual({
          action: "none",
        });
        expect(actual.entityId).toBe(ref.id);
      });

      test("a person made twice is one person", async () => {
        const ref = fresh("user");
        const requested = desiredPerson();
        const first = await make(ref, requested);
        const second = await make(ref, { ...requested, name: "Renamed Meanwhile" });
        expect(second.remoteId).toBe(first.remoteId);
        const everybody = await listed("user");
        expect(everybody.map((actual) => [actual.remoteId, actual.attributes.name])).toEqual([
          [first.remoteId, "Renamed Meanwhile"],
        ]);
      });

      test("a department made twice is one department", async () => {
        const ref = fresh("department");
        const first = await makeDepartment("Finance", target.rootDepartment, ref);
        const second = await make(ref, { name: "Finance", parent: target.rootDepartment }, true);
        expect(second.remoteId).toBe(first.remoteId);
        expect(await listed("department")).toHaveLength(1);
      });

      test("a taken department name is a conflict that names the holder", async () => {
        const holder = await makeDepartment("Finance");
        const error = await failure(makeDepartment("Finance"));
        expect(error).toBeInstanceOf(TargetConflict);
        expect(error).toMatchObject({ attribute: "name", heldBy: holder.remoteId });
        expect(await listed("department")).toHaveLength(1);
      });

      test("the same name under another parent is no conflict", async () => {
        const parent = await makeDepartment("North");
        await makeDepartment("Finance");
        await makeDepartment("Finance", parent.remoteId);
        expect(await listed("department")).toHaveLength(3);
      });

      test.each<[string, EntityKind, Attributes]>([
        ["a department below one that is not there", "department", { name: "Lost", parent: "987654" }],
        ["a person in a department that is not there", "user", { departments: ["987654"] }],
      ])("%s waits for it", async (_name, kind, requested) => {
        const error = await failure(
          make(fresh(kind), kind === "user" ? desiredPerson(requested) : requested),
        );
        expect(error).toBeInstanceOf(TargetDependency);
        expect(await listed(kind)).toEqual([]);
      });
    });

    describe("update", () => {
      test("sets what was asked and leaves the rest", async () => {
        const requested = desiredPerson();
        const ref = fresh("user");
        const made = await make(ref, requested);
        const after = await target.update(ref, made, { title: "Director" }, context);
        expect(after.attributes.title).toBe("Director");
        expect(
          missing({ ...requested, title: "Director" }, "user", await existing("user", made.remoteId)),
        ).toEqual({ action: "none" });
      });

      test("moves a person to another department", async () => {
        const ref = fresh("user");
        const made = await make(ref, desiredPerson());
        const there = await makeDepartment("Finance");
        await target.update(ref, made, { departments: [there.remoteId] }, context);
        expect((await existing("user", made.remoteId)).attributes.departments).toEqual([there.remoteId]);
      });

      test("sets and clears the manager", async () => {
        const boss = await make(fresh("user"), desiredPerson());
        const ref = fresh("user");
        const requested = desiredPerson({ manager: boss.remoteId });
        const made = await make(ref, requested);
        expect((await existing("user", made.remoteId)).attributes.manager).toBe(boss.remoteId);
        await target.update(ref, made, { manager: null }, context);
        expect(
          missing({ ...requested, manager: null }, "user", await existing("user", made.remoteId)),
        ).toEqual({ action: "none" });
      });

      test("renames and moves a department", async () => {
        const ref = fresh("department");
        const made = await makeDepartment("Finance", target.rootDepartment, ref);
        const parent = await makeDepartment("North");
        await target.update(ref, made, { name: "Treasury", parent: parent.remoteId }, context);
        expect((await existing("department", made.remoteId)).attributes).toMatchObject({
          name: "Treasury",
          parent: parent.remoteId,
        });
      });

      test("clears a value", async () => {
        const ref = fresh("user");
        const requested = desiredPerson({ title: "Clerk" });
        const made = await make(ref, requested);
        await target.update(ref, made, { title: null }, context);
        expect(missing({ ...requested, title: null }, "user", await existing("user", made.remoteId))).toEqual(
          { action: "none" },
        );
      });

      test.each<EntityKind>(["user", "department"])("of a %s that is gone says so", async (kind) => {
        const ref = fresh(kind);
        const made = await make(
          ref,
          kind === "user" ? desiredPerson() : { name: "Finance", parent: target.rootDepartment },
        );
        await target.remove(ref, made, context);
        expect(await failure(target.update(ref, made, { name: "Other" }, context))).toBeInstanceOf(
          TargetNotFound,
        );
      });
    });

    describe("remove", () => {
      test.each<EntityKind>(["user", "department"])("of a %s, twice, leaves none", async (kind) => {
        const ref = fresh(kind);
        const made = await make(
          ref,
          kind === "user" ? desiredPerson() : { name: "Finance", parent: target.rootDepartment },
        );
        await target.remove(ref, made, context);
        await target.remove(ref, made, context);
        expect(await read(kind, made.remoteId)).toBeUndefined();
        expect(await listed(kind)).toEqual([]);
      });

      test("of a department with somebody inside waits", async () => {
        const ref = fresh("department");
        const department = await makeDepartment("Finance", target.rootDepartment, ref);
        await make(fresh("user"), desiredPerson({ departments: [department.remoteId] }));
        expect(await failure(target.remove(ref, department, context))).toBeInstanceOf(TargetDependency);
        expect(await read("department", department.remoteId)).toBeDefined();
      });

      test("of a department with an empty department below waits", async () => {
        const ref = fresh("department");
        const department = await makeDepartment("Finance", target.rootDepartment, ref);
        const below = await makeDepartment("Treasury", department.remoteId);
        expect(await failure(target.remove(ref, department, context))).toBeInstanceOf(TargetDependency);
        expect(await read("department", below.remoteId)).toBeDefined();
      });

      test("a person who left and comes back has the same remote id", async () => {
        const ref = fresh("user");
        const requested = desiredPerson();
        const made = await make(ref, requested);
        await target.remove(ref, made, context);
        expect((await make(ref, requested)).remoteId).toBe(made.remoteId);
      });
    });

    describe("read, list and find", () => {
      test.each<[EntityKind, string]>([
        ["user", "nobody"],
        ["department", "987654"],
      ])("a %s that was never there is absent", async (kind, remoteId) =>
        expect(await read(kind, remoteId)).toBeUndefined(),
      );

      test("list has everybody once, wherever they sit", async () => {
        const north = await makeDepartment("North");
        const south = await makeDepartment("South", north.remoteId);
        const made = [
          await make(fresh("user"), desiredPerson()),
          await make(fresh("user"), desiredPerson({ departments: [north.remoteId, south.remoteId].sort() })),
          await make(fresh("user"), desiredPerson({ departments: [south.remoteId] })),
        ];
        const found = await listed("user");
        expect(found.map((actual) => actual.remoteId).sort()).toEqual(
          made.map((actual) => actual.remoteId).sort(),
        );
        for (const person of made) {
          const seen = found.find((actual) => actual.remoteId === person.remoteId);
          expect(seen?.attributes.departments).toEqual(person.attributes.departments);
        }
      });

      test("list fails as a whole when it cannot go on", async () => {
        await make(fresh("user"), desiredPerson());
        for (let times = 0; times < 8; times++) await under.break("user", "list", "dropped");
        expect(await failure(listed("user"))).toBeInstanceOf(TargetError);
      });

      test.each<EntityKind>(["user", "department"])(
        "find knows a %s by our id, and knows when it is not there",
        async (kind) => {
          const ref = fresh(kind);
          const made = await make(
            ref,
            kind === "user"
              ? desiredPerson()
              : { name: "Finance", parent: (await makeDepartment("North")).remoteId },
          );
          expect((await target.find(ref, context)).actual?.remoteId).toBe(made.remoteId);
          expect((await target.find(fresh(kind), context)).actual).toBeUndefined();
        },
      );
    });

    describe("canonical form", () => {
      test("shaping twice changes nothing", () => {
        const requested = desiredPerson({ name: "  Chan\u200b Tai Man ".repeat(20), title: "  " });
        const once = target.normalize("user", requested);
        const twice = target.normalize("user", once.attributes);
        expect(twice.attributes).toEqual(once.attributes);
      });

      test("a value in another spelling is no difference after it was written", async () => {
        for (const { kind, attribute, given, kept } of under.spellings) {
          const requested =
            kind === "user"
              ? desiredPerson({ [attribute]: given })
              : { name: "Finance", parent: target.rootDepartment, [attribute]: given };
          const made = await make(fresh(kind), requested);
          expect(made.attributes[attribute]).toBe(kept);
          expect(missing(requested, kind, await existing(kind, made.remoteId))).toEqual({ action: "none" });
        }
      });
    });

    describe("failures", () => {
      test("a throttled call says for how long, and nothing was done", async () => {
        await under.break("user", "create", "throttled");
        const error = await failure(make(fresh("user"), desiredPerson()));
        expect(error).toBeInstanceOf(TargetThrottled);
        expect(error.retry).toMatchObject({ kind: "after" });
        expect(error.retry.kind === "after" && error.retry.ms).toBeGreaterThan(0);
        expect(await listed("user")).toEqual([]);
      });

      test("an unavailable target is told apart, and the same call succeeds later", async () => {
        const ref = fresh("user");
        const requested = desiredPerson();
        await under.break("user", "create", "unavailable");
        expect(await failure(make(ref, requested))).toBeInstanceOf(TargetUnavailable);
        await make(ref, requested);
        expect(await listed("user")).toHaveLength(1);
      });

      test.each<[EntityKind, ContractFault]>([
        ["user", "lost"],
        ["user", "dropped"],
        ["department", "lost"],
        ["department", "dropped"],
      ])(
        "a create of a %s whose answer was %s is unknown, and repeating it makes one",
        async (kind, fault) => {
          const ref = fresh(kind);
          const requested =
            kind === "user" ? desiredPerson() : { name: "Finance", parent: target.rootDepartment };
          await under.break(kind, "create", fault);
          expect(await failure(make(ref, requested))).toBeInstanceOf(TargetOutcomeUnknown);
          const made = await make(ref, requested, true);
          expect(await listed(kind)).toHaveLength(1);
          expect(missing(requested, kind, await existing(kind, made.remoteId))).toEqual({ action: "none" });
        },
      );

      test("a removal whose answer was lost is unknown, and repeating it is success", async () => {
        const ref = fresh("user");
        const made = await make(ref, desiredPerson());
        await under.break("user", "remove", "lost");
        expect(await failure(target.remove(ref, made, context))).toBeInstanceOf(TargetOutcomeUnknown);
        await target.remove(ref, made, context);
        expect(await listed("user")).toEqual([]);
      });

      test("an aborted call has done nothing", async () => {
        const { attributes } = target.normalize("user", desiredPerson());
        const error = await failure(
          target.create(fresh("user"), attributes, { signal: AbortSignal.abort(), resume: false }),
        );
        expect(error).toBeInstanceOf(TargetUnavailable);
        expect(await listed("user")).toEqual([]);
      });

      test("calls are on record, those of a failure too", async () => {
        const made = await target.create(
          fresh("user"),
          target.normalize("user", desiredPerson()).attributes,
          {
            ...context,
            resume: false,
          },
        );
        expect(made.calls.length).toBeGreaterThan(0);
        await under.break("user", "create", "throttled");
        expect((await failure(make(fresh("user"), desiredPerson()))).calls.length).toBeGreaterThan(0);
      });
    });

    test("who can be suspended is switched off and on", async () => {
      const ref = fresh("user");
      const requested = target.canSuspend(desiredPerson())
        ? desiredPerson()
        : { ...desiredPerson(), exclusive_account_type: "sso" };
      const made = await make(ref, requested);
      expect(target.canSuspend(made.attributes)).toBe(true);
      await target.setSuspended(ref, made, true, context);
      expect((await existing("user", made.remoteId)).presence).toBe("disabled");
      await target.setSuspended(ref, made, false, context);
      expect((await existing("user", made.remoteId)).presence).toBe("active");
    });

    test("roles are made, given, taken and removed", async () => {
      const roleRef = fresh("role");
      const role = await make(roleRef, { name: "VPN users" });
      const ref = fresh("user");
      const made = await make(ref, desiredPerson({ roles: [role.remoteId] }));
      expect((await existing("user", made.remoteId)).attributes.roles).toEqual([role.remoteId]);
      const without = await target.update(ref, made, { roles: [] }, context);
      expect((await existing("user", without.remoteId)).attributes.roles).toEqual([]);
      await target.update(roleRef, role, { name: "Remote access" }, context);
      expect((await existing("role", role.remoteId)).attributes.name).toBe("Remote access");
      await target.remove(roleRef, role, context);
      expect(await listed("role")).toEqual([]);
    });

    test("a target in order has no problems to report", async () =>
      expect(await target.check(context)).toEqual([]));
  });
}
