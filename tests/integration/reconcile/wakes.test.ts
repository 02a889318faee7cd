import { uuidv7 } from "../../../src/core/id.ts";
import type { HistoryEvent } from "../../../src/history/event.ts";
import type { Claim, RunOutcome } from "../../../src/reconcile/ports.ts";
import { createReconcileStore } from "../../../src/store/create.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { testVault } from "../../support/vault.ts";

/*
 * Whoever was left out, or has to wait, is looked at again as soon as the reason is gone, and not when some
 * guard comes round.
 */

let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment({ retryBaseMs: 5 });
});
afterEach(() => env.close());

const person = (name: string) => ({
  userName: `${name}@example.com`,
  displayName: name,
  phoneNumbers: [{ type: "mobile", value: `+852 9123456${{ Ann: 7, Bob: 8, Cid: 9 }[name]}` }],
});

const departmentOf = async (id: string): Promise<readonly string[]> => {
  const { users, departments } = await env.state();
  const seats = users.find((user) => user.userid === id)?.dept_id_list ?? [];
  return seats.map((seat) => departments.find((department) => department.dept_id === seat)!.name).sort();
};

test("people who had to go without a parked department come into it when it is made after all", async () => {
  const theirs = { name: "Sales", parent_id: 1 };
  await env.control("edit", { call: "/topapi/v2/department/create", body: theirs });
  const id = await env.addUser(person("Ann"));
  await env.addGroup("Sales", [id]);
  env.startWorker();
  await env.quiet();
  expect(await departmentOf(id)).toEqual(["Sandbox"]);

  const taken = (await env.state()).departments.find((department) => department.name === "Sales")!.dept_id;
  await env.control("edit", { call: "/topapi/v2/department/delete", body: { dept_id: taken } });
  await env.pool.query(
    "update entity_states set state = 'due', next_at = now() where kind = 'department' and state = 'parked'",
  );
  await env.quiet();
  expect(await departmentOf(id)).toEqual(["Sales"]);
});

test("a department that is being looked at while its last member leaves is looked at once more", async () => {
  const id = await env.addUser(person("Ann"));
  const group = await env.addGroup("Sales", [id]);
  const worker = env.startWorker();
  await env.quiet();
  await worker.stop(1_000);

  await env.groups.remove(env.context, group);
  const store = createReconcileStore(env.pool, "dingtalk", { vault: testVault });
  const claims = await store.claim(10);
  const groupRun = claims.find(({ ref }) => ref.kind === "group")!;
  const memberRun = claims.find(({ ref }) => ref.kind === "user")!;
  const settled = { state: "inSync", nextMs: undefined, attempts: 0, observeFirst: false } as const;
  await store.writeGroupNode(group, undefined, "path", []);
  await store.finish(groupRun, { ...nothing, next: settled, gone: true });

  const [departmentRun] = (await store.claim(10)).filter(({ ref }) => ref.kind === "department");
  const before = (await store.departments([departmentRun!.ref.id])).get(departmentRun!.ref.id)!;
  expect(before.occupied).toBe(true);
  const seat = before.link!.remoteId!;
  const link = {
    kind: "put",
    remoteId: id,
    presence: "active",
    attributes: { departments: ["1"] },
    containers: ["1"],
  } as const;
  await store.finish(memberRun, { ...nothing, next: settled, link, departed: [seat] });
  await store.finish(departmentRun!, {
    ...nothing,
    next: { ...settled, state: "waiting", nextMs: 30_000, waitingOn: [] },
  });

  const { rows } = await env.pool.query(
    "select state, next_at <= now() as now from entity_states where entity_id = $1",
    [departmentRun!.ref.id],
  );
  expect(rows).toEqual([{ state: "due", now: true }]);
});

const nothing = { link: { kind: "keep" }, presenceChanged: false, departed: [], gone: false } as const;
const waitsFor = (id: string, inCircle?: boolean): RunOutcome => ({
  ...nothing,
  next: {
    state: "waiting",
    nextMs: 30_000,
    attempts: 0,
    observeFirst: false,
    waitingOn: [id],
    ...(inCircle === undefined ? {} : { inCircle }),
  },
});
const isThere = ({ ref: { id } }: Claim): RunOutcome => ({
  next: { state: "inSync", nextMs: undefined, attempts: 0, observeFirst: false },
  link: {
    kind: "put",
    remoteId: id,
    presence: "active",
    attributes: { departments: ["1"] },
    containers: ["1"],
  },
  presenceChanged: true,
  departed: [],
  gone: false,
});
const isParked: RunOutcome = {
  ...nothing,
  next: { state: "parked", nextMs: undefined, attempts: 1, observeFirst: false },
};
const isDueNow = async (id: string): Promise<boolean> =>
  (await env.pool.query("select next_at <= now() as now from entity_states where entity_id = $1", [id]))
    .rows[0]!.now;

test("one that begins to wait for what was parked a moment ago is looked at once more, and in a circle is not", async () => {
  const [boss, clerk, other] = [
    await env.addUser(person("Ann")),
    await env.addUser(person("Bob")),
    await env.addUser(person("Cid")),
  ];
  const store = createReconcileStore(env.pool, "dingtalk", { vault: testVault });
  const claims = new Map((await store.claim(10)).map((claim) => [claim.ref.id, claim]));
  await store.finish(claims.get(boss)!, isParked);
  await store.finish(claims.get(clerk)!, waitsFor(boss));
  await store.finish(claims.get(other)!, waitsFor(boss, true));
  expect([await isDueNow(clerk), await isDueNow(other)]).toEqual([true, false]);
});

test.each([
  ["inSync", undefined],
  ["inSync", "forGood"],
  ["waiting", undefined],
  ["parked", undefined],
] as const)(
  "one that cannot have what another lets go of meanwhile, and ends as %s (given up before: %s), is looked at once more",
  async (state, letGo) => {
    const [holder, wants] = [await env.addUser(person("Ann")), await env.addUser(person("Bob"))];
    const store = createReconcileStore(env.pool, "dingtalk", { vault: testVault });
    const claims = new Map((await store.claim(10)).map((claim) => [claim.ref.id, claim]));
    const has = (email: string | null) =>
      ({ ...isThere(claims.get(holder)!).link, attributes: { email } }) as RunOutcome["link"];
    await store.finish(claims.get(holder)!, { ...isThere(claims.get(holder)!), link: has("m@example.com") });
    const told = { reasonCode: "emailTaken", answer: "60106", reason: "taken", remedy: "" };
    const refusal: RunOutcome = {
      ...nothing,
      next: {
        state,
        nextMs: state === "waiting" ? 30_000 : undefined,
        attempts: 0,
        observeFirst: false,
        waitingOn: [holder],
      },
      refused: { email: { value: "m@example.com", holder, told, ...(letGo ? { letGo } : {}) } },
    };
    await env.pool.query("update entity_states set state = 'due', next_at = now() where entity_id = $1", [
      holder,
    ]);
    const again = (await store.claim(10))[0]!;
    await store.finish(again, { ...isThere(again), link: has("other@example.com") });
    await store.finish(claims.get(wants)!, refusal);
    expect(await isDueNow(wants)).toBe(true);
  },
);

test("one that cannot have what a stranger has, who was found to be ours meanwhile, is looked at once more", async () => {
  const [found, wants] = [await env.addUser(person("Ann")), await env.addUser(person("Bob"))];
  const store = createReconcileStore(env.pool, "dingtalk", { vault: testVault });
  const claims = new Map((await store.claim(10)).map((claim) => [claim.ref.id, claim]));
  await store.finish(claims.get(found)!, isThere(claims.get(found)!));
  const told = { reasonCode: "mobileTaken", answer: "60104", reason: "taken", remedy: "" };
  const refused = { mobile: { value: "+852-91234567", stranger: found, told } };
  await store.finish(claims.get(wants)!, { ...isParked, refused });
  expect(await isDueNow(wants)).toBe(true);
  const again = (await store.claim(10))[0]!;
  // Nobody of ours: it stays parked.
  await store.finish(again, {
    ...isParked,
    refused: { mobile: { ...refused.mobile, stranger: "manager4220" } },
  });
  expect(await isDueNow(wants)).toBeNull();
});

test("whoever is sending a value at this moment is known as its holder, before that run has ended", async () => {
  const [sends, wants] = [await env.addUser(person("Ann")), await env.addUser(person("Bob"))];
  const { store } = env.connect();
  const claims = await store.claim(10);
  const sending = claims.find(({ ref }) => ref.id === sends)!;
  const asks = () =>
    store.holder({ kind: "user", id: wants }, { attribute: "telephone", value: "+852 2345 0000" });
  const intent: HistoryEvent = {
    id: uuidv7(Date.now()),
    at: new Date(),
    code: "target.intent",
    actor: "worker",
    causes: [],
    subject: sending.ref,
    target: "dingtalk",
    changes: { telephone: { after: "+852 2345 0000" } },
  };
  await store.begin(sending, intent, { remoteId: sends });
  expect(await asks()).toEqual({ id: sends, expect: "moves" });
  const link = {
    ...isThere(sending).link,
    attributes: { telephone: "+852 2345 0000" },
  } as RunOutcome["link"];
  await store.finish(sending, { ...isThere(sending), link });
  expect(await asks()).toEqual({ id: sends, expect: "stays" });
});

test("people who are being looked at while a parked department comes are looked at once more", async () => {
  await env.control("edit", { call: "/topapi/v2/department/create", body: { name: "Sales", parent_id: 1 } });
  const id = await env.addUser(person("Ann"));
  await env.addGroup("Sales", [id]);
  const worker = env.startWorker();
  await env.quiet();
  await worker.stop(1_000);
  await env.pool.query(
    "update entity_states set state = 'due', next_at = now() where kind in ('department', 'user')",
  );

  const store = createReconcileStore(env.pool, "dingtalk", { vault: testVault });
  const claims = await store.claim(10);
  const department = claims.find(({ ref }) => ref.kind === "department")!;
  await store.finish(department, isThere(department));
  // It was concluded while the department was still parked.
  await store.finish(claims.find(({ ref }) => ref.kind === "user")!, { ...isThere(department), ...nothing });
  expect(await isDueNow(id)).toBe(true);
});

/** Whoever comes to wait gets no further than the commit until `let go`. */
async function holdCommits(): Promise<{ held(): Promise<boolean>; letGo(): Promise<void> }> {
  await env.pool.query(`create function hold() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock_shared(42); return null; end $$;
    create constraint trigger hold after insert or update on entity_states deferrable initially deferred
      for each row when (new.state = 'waiting') execute function hold()`);
  const holder = await env.pool.connect();
  await holder.query("select pg_advisory_lock(42)");
  return {
    held: async () =>
      (await holder.query("select from pg_locks where locktype = 'advisory' and not granted")).rowCount! > 0,
    letGo: async () => {
      await holder.query("select pg_advisory_unlock(42)");
      holder.release();
    },
  };
}

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
};

test.each([
  ["comes and concerns nobody else", isThere],
  ["is parked", () => isParked],
])("in another process, one that begins to wait at the moment when the other %s", async (_name, end) => {
  const [boss, clerk] = [await env.addUser(person("Ann")), await env.addUser(person("Bob"))];
  const [here, there] = [env.connect(), env.connect()];
  const claims = new Map((await here.store.claim(10)).map((claim) => [claim.ref.id, claim]));
  const { held, letGo } = await holdCommits();
  const waits = here.store.finish(claims.get(clerk)!, waitsFor(boss));
  await until(held);
  const ends = there.store.finish(claims.get(boss)!, end(claims.get(boss)!));
  // It ends before the other one's wait is to be seen, or stands still until it is.
  const stands = async () =>
    (
      await env.pool.query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and wait_event <> 'advisory'",
      )
    ).rowCount! > 0;
  let ended = false;
  void ends.then(() => {
    ended = true;
  });
  await until(async () => ended || (await stands()));
  await letGo();
  await Promise.all([waits, ends]);
  expect(await isDueNow(clerk)).toBe(true);
});
