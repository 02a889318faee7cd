import pg from "pg";
import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { compileMapping } from "../../../src/mapping/compile.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { compilePolicy } from "../../../src/policy/compile.ts";
import type { Reconciler } from "../../../src/reconcile/run/deps.ts";
import { createReconciler } from "../../../src/reconcile/run/reconciler.ts";
import type { TargetAdapter } from "../../../src/reconcile/target.ts";
import { createReconcileStore } from "../../../src/store/create.ts";
import { createHolds } from "../../../src/store/loop/guard/holds.ts";
import { createPool } from "../../../src/store/postgres/pool.ts";
import { openProxy, type TcpProxy } from "../../support/network/proxy.ts";
import {
  type Connection,
  openTestEnvironment,
  type TestEnvironment,
} from "../../support/test-environment.ts";
import { testVault } from "../../support/vault.ts";
import { change, DINGTALK_USER, person } from "./sample.ts";

/*
 * A worker that spends the last of a limit is killed at the points of its run: before each statement and each
 * call leaves, and when its answer has come. Two others go on. Nobody exceeds the limit, and what is left of
 * it is spent. Only some points unless GUARD_POINTS=all, as `npm run test:guard` sets it.
 */

const STRIDE = process.env["GUARD_POINTS"] === "all" ? 1 : 9;
jest.setTimeout(STRIDE === 1 ? 900_000 : 180_000);

const TITLE_CLEARED = DEFAULT_MAPPING.replace(
  /^ {2}title: .*$/m,
  "  title: { value: user.title, empty: clear }",
);
const NOBODY =
  "peopleRemoved: { atLeast: 1000 }, departmentEmptied: { people: 1000 }, attributeBlanked: { people: 1000 }, sourceCollapsed: { people: 1000 }";
const limiting = (limit: string): string =>
  `version: 1\nlimits: { ${NOBODY.replace(new RegExp(`${limit.split(":")[0]}: \\{[^}]*\\}`), limit)} }`;

interface Kind {
  readonly policy: string;
  readonly mapping: string;
  /** What is asked of one of those who all ask for the same; one may have it. */
  readonly ask: (round: number) => JsonObject;
  /** Undoes it. */
  readonly takeBack: (at: number) => JsonObject;
  /** What the person has from the beginning. */
  readonly also?: JsonObject;
  /** How many have it. */
  readonly done: (state: Awaited<ReturnType<TestEnvironment["state"]>>, round: number) => number;
}

const ASKING = 3;
const KINDS: Readonly<Record<string, Kind>> = {
  "people removed": {
    policy: limiting("peopleRemoved: { atLeast: 1, percent: 0 }"),
    mapping: DEFAULT_MAPPING,
    ask: () => ({ active: false }),
    takeBack: () => ({ active: true }),
    done: ({ users }) => ASKING + 1 - users.length,
  },
  "people disabled": {
    policy: limiting("peopleRemoved: { atLeast: 1, percent: 0 }"),
    mapping: DEFAULT_MAPPING,
    also: { [DINGTALK_USER]: { accountType: "sso" } },
    ask: () => ({ active: false }),
    takeBack: () => ({ active: true }),
    done: ({ users }) => users.filter(({ disable_status }) => disable_status === true).length,
  },
  "an attribute emptied": {
    policy: limiting("attributeBlanked: { people: 2, percent: 0 }"),
    mapping: TITLE_CLEARED,
    ask: () => ({ title: "" }),
    takeBack: (at) => ({ title: `Title ${at}` }),
    done: ({ users }) => users.filter(({ title }) => !title).length,
  },
  "an attribute set to one value": {
    policy: limiting("attributeBlanked: { people: 2, percent: 0 }"),
    mapping: DEFAULT_MAPPING,
    ask: (round) => ({ title: `Boss ${round}` }),
    takeBack: (at) => ({ title: `Title ${at}` }),
    done: ({ users }, round) => users.filter(({ title }) => title === `Boss ${round}`).length,
  },
};

let env: TestEnvironment;
/** Points at which a worker was killed. */
let total = 0;
const ends: Promise<unknown>[] = [];
afterEach(() => Promise.all(ends.splice(0)));

const signal = new AbortController().signal;
const reconcilerOf = (
  { store, target, mapping }: Pick<Connection, "store" | "target" | "mapping">,
  policy: string,
): Reconciler =>
  createReconciler({
    store,
    target,
    mapping,
    policy: compilePolicy(policy),
    mode: "sync",
    clock: systemClock,
    logger: silentLogger,
    random: Math.random,
    retryBaseMs: 5,
  });

/** A process that dies at one point. Answers the name of it, or undefined when its run was over before. */
async function victim(kind: Kind, point: number): Promise<string | undefined> {
  const proxy = await openProxy(env.databaseUrl);
  const pool = createPool({ url: proxy.through(env.databaseUrl), max: 6, logger: silentLogger });
  const store = createReconcileStore(pool, "dingtalk", { vault: testVault, settleMs: 50 });
  await store.keepAlive([]);
  const death = dying(proxy, point);
  const reconcile = reconcilerOf(
    { store, target: death.around(env.connect().target), mapping: compileMapping(kind.mapping) },
    kind.policy,
  );
  const living = (async () => {
    for (const claim of await store.claim(1)) await reconcile(claim, signal);
  })();
  // What a cut connection says is heard by nobody: the process is gone.
  living.catch(() => undefined);
  await Promise.race([living, death.died]);
  const reached = death.reached();
  death.disarm();
  proxy.cut();
  ends.push(pool.end().then(() => proxy.close()));
  return reached;
}

/**
 * Counts statements of connections through `proxy`, and calls; two points for each. At the chosen one all
 * connections are cut, and nothing goes on.
 */
function dying(proxy: TcpProxy, point: number) {
  let steps = 0;
  let reached: string | undefined;
  let die = () => {};
  const died = new Promise<void>((resolve) => {
    die = resolve;
  });
  const never = new Promise<never>(() => undefined);
  const kill = (name: string): void => {
    reached = name;
    proxy.cut();
    die();
  };
  async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const at = steps++;
    if (reached !== undefined) return never;
    if (point === 2 * at) {
      kill(`before ${name}`);
      return never;
    }
    if (point !== 2 * at + 1) return work();
    await work().catch(() => undefined);
    kill(`after ${name}`);
    return never;
  }
  const original = pg.Client.prototype.query as (...args: unknown[]) => unknown;
  // Pools call with a callback, transactions without.
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    if (this.port !== proxy.port) return original.apply(this, args);
    const callback =
      typeof args.at(-1) === "function"
        ? (args.pop() as (error: unknown, result?: unknown) => void)
        : undefined;
    const [first] = args as [string | { name?: string; text: string }];
    const text = typeof first === "string" ? first : first.name || first.text;
    const answer = step(text.slice(0, 40), () => original.apply(this, args) as Promise<unknown>);
    if (!callback) return answer;
    answer.then(
      (result) => callback(undefined, result),
      (error) => callback(error),
    );
    return undefined;
  } as typeof pg.Client.prototype.query;
  return {
    died,
    reached: () => reached,
    disarm() {
      pg.Client.prototype.query = original as typeof pg.Client.prototype.query;
    },
    around: (target: TargetAdapter): TargetAdapter => ({
      ...target,
      remove: (...args) => step("the call that removes", () => target.remove(...args)),
      update: (...args) => step("the call that changes", () => target.update(...args)),
      setSuspended: (...args) => step("the call that disables", () => target.setSuspended(...args)),
    }),
  };
}

interface Survivor extends Connection {
  readonly reconcile: Reconciler;
}

/** Two processes go on until nothing is due. */
async function drain(survivors: readonly Survivor[]): Promise<void> {
  for (const deadline = systemClock.monotonicMs() + 60_000; ; ) {
    await Promise.all(
      survivors.map(async ({ store, reconcile }) => {
        await store.keepAlive([]);
        for (let claims = await store.claim(2); claims.length > 0; claims = await store.claim(2))
          await Promise.all(claims.map((claim) => reconcile(claim, signal)));
      }),
    );
    const { rows } = await env.pool.query(
      "select kind, state, reason from entity_states where state in ('due', 'waiting') and (next_at is null or next_at < now() + interval '5 min')",
    );
    if (rows.length === 0) return;
    if (systemClock.monotonicMs() > deadline) throw new Error(`still due: ${JSON.stringify(rows)}`);
    await systemClock.sleep(5);
  }
}

test.each(Object.keys(KINDS))(
  "%s: a worker killed at any point of its run spends the last of a limit once",
  async (name) => {
    const kind = KINDS[name]!;
    env = await openTestEnvironment({ policy: kind.policy, mapping: kind.mapping });
    const survivors = [env.connect(), env.connect()].map((each) => ({
      ...each,
      reconcile: reconcilerOf(each, kind.policy),
    }));
    const people: string[] = [];
    for (let at = 0; at <= ASKING; at++)
      people.push(await env.addUser(person(`P${at}`, { title: `Title ${at}`, ...kind.also })));
    await drain(survivors);
    const asking = people.slice(0, ASKING);
    const holds = createHolds(env.pool, "dingtalk", systemClock);
    const hit: string[] = [];
    for (let point = 0; ; point += STRIDE) {
      await env.pool.query("delete from guard_acts");
      await env.pool.query("delete from guard_values");
      await Promise.all(asking.map((id) => change(env, id, kind.ask(point))));
      const reached = await victim(kind, point);
      await drain(survivors);
      const where = `${name}, killed ${reached ?? "never"}`;
      expect([where, kind.done(await env.state(), point)]).toEqual([where, 1]);
      const open = (await holds.list({ count: 100 })).holds.filter(({ state }) => state === "open");
      expect([where, open.map(({ count }) => count)]).toEqual([where, [ASKING - 1]]);
      if (reached === undefined) break;
      hit.push(reached);
      await Promise.all(asking.map((id, at) => change(env, id, kind.takeBack(at))));
      await drain(survivors);
      expect([where, kind.done(await env.state(), point)]).toEqual([where, 0]);
    }
    ends.push(env.close());
    process.stderr.write(
      `${name}: killed at ${hit.length} points, among them ${hit.slice(0, 3).join("; ")}\n`,
    );
    total += hit.length;
  },
);

test("a hundred points were reached", () => {
  expect(total).toBeGreaterThanOrEqual(Math.floor(100 / STRIDE));
});
