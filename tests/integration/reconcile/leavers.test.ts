import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { uuidv7 } from "../../../src/core/id.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { createSyncOperations } from "../../../src/store/operations.ts";
import {
  type Connection,
  openTestEnvironment,
  type TestEnvironment,
} from "../../support/test-environment.ts";
import { createRandom, type Random } from "./random-directory.ts";
import { change, DINGTALK_USER, person } from "./sample.ts";

/*
 * Random interleavings of invitation, acceptance, deactivation, deletion, the administrator's role given and
 * taken, the kind of account changed, comparison and retry. After the last comparison nobody who should be
 * out is in, and nobody was removed or switched off while they administered the organisation.
 */

/** People of one organisation, each with a sequence of their own. */
const PEOPLE = 25;
const STEPS = 12;
/** Organisations: one with every test run, 20 make 500 interleavings. */
const SEEDS = Number(process.env["LEAVER_SEEDS"] ?? 1);

type Kind = "regular" | "invited" | "enterprise";

interface Person {
  readonly n: number;
  readonly id: string;
  readonly kind: Kind;
  state: "active" | "inactive" | "deleted";
  administers: boolean;
}

let env: TestEnvironment;
let hand: Connection;
beforeEach(async () => {
  env = await openTestEnvironment({ retryBaseMs: 10 });
  hand = env.connect();
});
afterEach(() => env.close());

const compare = () => sweep({ ...hand, clock: systemClock }, "cli", new AbortController().signal);
const edit = (call: string, body: JsonObject) => env.control("edit", { call, body });
const wire = (n: number) => `+852-6111${String(n).padStart(4, "0")}`;
const KINDS: readonly Kind[] = ["regular", "invited", "invited", "enterprise"];

const documentOf = (kind: Kind, n: number): JsonObject =>
  person(`P${n}`, {
    phoneNumbers: [{ type: "mobile", value: wire(n).replace("-", " ") }],
    ...(kind === "enterprise" ? { [DINGTALK_USER]: { accountType: "sso" } } : {}),
  });

/** Who can use the organisation: switched off is out. */
async function inside(): Promise<ReadonlySet<string>> {
  const { users } = await env.state();
  return new Set(users.filter((user) => user["disable_status"] !== true).map(({ userid }) => userid));
}

/**
 * Runs that have asked who administers go on with the answer, in DingTalk's time of a few milliseconds: the
 * role is given when none is under way.
 */
async function withNobodyAtWork(act: () => Promise<void>): Promise<void> {
  await env.pool.query(
    "insert into target_states (target, paused_until) values ('dingtalk', now() + interval '1 min') on conflict (target) do update set paused_until = excluded.paused_until",
  );
  while (
    (await env.pool.query("select 1 from entity_states where lease is not null limit 1")).rows.length > 0
  )
    await systemClock.sleep(5);
  await act();
  await env.pool.query("update target_states set paused_until = null");
}

function steps(random: Random, one: Person): readonly (() => Promise<unknown>)[] {
  const { id, n } = one;
  const unlessDeleted = (act: () => Promise<unknown>) => async () =>
    one.state === "deleted" ? undefined : act();
  return [
    () => edit("accept", { mobile: wire(n) }),
    () => edit("accept", { mobile: wire(n) }),
    unlessDeleted(async () => {
      one.state = "inactive";
      await change(env, id, { active: false });
    }),
    unlessDeleted(async () => {
      one.state = "inactive";
      await change(env, id, { active: false });
    }),
    unlessDeleted(async () => {
      one.state = "active";
      await change(env, id, { active: true });
    }),
    unlessDeleted(async () => {
      if (random() < 0.5) return;
      one.state = "deleted";
      await env.users.remove(env.context, id);
    }),
    () =>
      withNobodyAtWork(async () => {
        if (!(await inside()).has(id)) return;
        await edit("admin", { userid: id, sys_level: 1 + Math.floor(random() * 2) });
        one.administers = true;
      }),
    async () => {
      if (one.administers) await edit("admin", { userid: id, sys_level: 0 });
      one.administers = false;
    },
    unlessDeleted(() =>
      change(env, id, { [DINGTALK_USER]: random() < 0.5 ? { accountType: "sso" } : null } as JsonObject),
    ),
    unlessDeleted(() => change(env, id, { title: `Title ${Math.floor(random() * 9)}` })),
    async () => {
      const at = systemClock.now();
      const event = {
        id: uuidv7(at.getTime()),
        at,
        code: "operator.retry",
        actor: "cli",
        causes: [],
        target: "dingtalk",
      } as const;
      await createSyncOperations(env.pool, "dingtalk", systemClock).retry({ kind: "user", id }, event);
    },
    () =>
      env.pool.query(
        "update entity_states set next_at = now() where entity_id = $1 and state = 'waiting' and lease is null",
        [id],
      ),
  ];
}

test.each(Array.from({ length: SEEDS }, (_, seed) => seed + 1))(
  `${PEOPLE} people and ${STEPS} steps each: every leaver is out, and nobody protected was removed, seed %s`,
  async (seed) => {
    const random = createRandom(7_000 + seed);
    const people: Person[] = [];
    const kinds = Array.from({ length: PEOPLE }, () => KINDS[Math.floor(random() * KINDS.length)]!);
    const invited = kinds.flatMap((kind, n) => (kind === "invited" ? [wire(n)] : []));
    // The list of administrators may lag behind, the person's own record does not.
    await env.control("switches", {
      protectedMobiles: invited,
      adminListDelayMs: seed % 2 === 0 ? 60_000 : 0,
    });
    for (let worker = 0; worker <= seed % 2; worker++) env.startWorker();
    for (const [n, kind] of kinds.entries()) {
      people.push({
        n,
        id: await env.addUser(documentOf(kind, n)),
        kind,
        state: "active",
        administers: false,
      });
    }
    const removed: string[] = [];
    for (let step = 0; step < STEPS; step++) {
      for (const one of people) {
        const acts = steps(random, one);
        await acts[Math.floor(random() * acts.length)]!();
      }
      if (random() < 0.3) await compare();
      if (random() < 0.5) await env.quiet();
      const now = await inside();
      removed.push(
        ...people
          .filter(({ id, administers }) => administers && !now.has(id))
          .map(({ n }) => `person ${n} at step ${step}`),
      );
    }
    expect(removed).toEqual([]);
    // By now the list has caught up.
    await env.control("switches", { adminListDelayMs: 0 });
    await env.quiet();
    await compare();
    await env.quiet();

    const now = await inside();
    const told = ({ n, kind, state, administers }: Person) => ({ n, kind, state, administers });
    const stay = people.filter(
      ({ id, state, administers }) => state !== "active" && !administers && now.has(id),
    );
    expect(stay.map(told)).toEqual([]);
    // Those who should be there are, unless DingTalk waits for them to agree.
    const { organisation } = (await (await fetch(`${env.dingtalk}/_sim/state`)).json()) as {
      organisation: { invitations: readonly { userid: string }[] };
    };
    const waiting = new Set(organisation.invitations.map(({ userid }) => userid));
    const missing = people.filter(({ id, state }) => state === "active" && !now.has(id) && !waiting.has(id));
    expect(missing.map(told)).toEqual([]);
  },
  180_000,
);
