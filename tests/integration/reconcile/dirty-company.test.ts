import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { createSyncOperations } from "../../../src/store/operations.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { createRandom } from "./random-directory.ts";
import { change, DINGTALK_USER, ENTERPRISE, mobile } from "./sample.ts";

/*
 * A company of 300 with the dirt of real data: whoever can be in DingTalk is, and whoever is not has a reason
 * and a remedy that works when it is followed.
 */

const PEOPLE = 300;
const SEEDS = Number(process.env["FAULT_SEEDS"] ?? 1);

let env: TestEnvironment;
afterEach(() => env.close());

type Obstacle = "twin" | "noMobile" | "stranger" | "fiveOrganisations";

interface Person {
  readonly document: JsonObject;
  readonly number: number;
  readonly group: number;
  readonly obstacle?: Obstacle;
}

const phones = (number: number, work?: string): JsonObject => ({
  phoneNumbers: [
    { type: "mobile", value: mobile(number) },
    ...(work === undefined ? [] : [{ type: "work", value: work }]),
  ],
});
const mail = (value: string): JsonObject => ({ emails: [{ type: "work", value }] });

/** Dirt that keeps nobody out. */
const DIRT: readonly ((n: number) => JsonObject)[] = [
  (n) => phones(n, "+852 2345 6789"),
  () => mail("shop@example.com"),
  () => mail("theirs@example.com"),
  () => mail("Ann <ann@example.com>"),
  () => mail("no-at-sign"),
  (n) => phones(n, "+852 2345 6789 ext. 12345678"),
  () => ({ displayName: "陳\u200B大文 🙂 ".repeat(20) }),
  () => ({ displayName: "  " }),
  () => ({ title: "Refused" }),
  () => ({ title: "x".repeat(900) }),
  () => ({ [ENTERPRISE]: { employeeNumber: "9".repeat(80), manager: { value: "nobody" } } }),
  () => ({ [DINGTALK_USER]: { remark: "Refused", hireDate: "soon" } }),
];

/** Dirt by which one of them, or nobody, can be in. */
const OBSTACLES: readonly Obstacle[] = ["twin", "noMobile", "stranger", "fiveOrganisations"];

const STRANGERS = 9_000;
const FIVE = 9_500;

function company(seed: number): readonly Person[] {
  const random = createRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  return Array.from({ length: PEOPLE }, (_, n): Person => {
    // One department has more people than DingTalk lets it have.
    const group = n % 6 === 0 ? 0 : 1 + below(9);
    const clean = {
      userName: `p${n}@example.com`,
      displayName: `Person ${n}`,
      ...phones(n),
      ...mail(`p${n}@example.com`),
      title: "Clerk",
    };
    // 5 %, and a shop whose people share their telephone.
    const inShop = n >= 100 && n < 104;
    if (!inShop && n % 20 !== 7) return { document: clean, number: n, group };
    const at = Math.floor(n / 20);
    if (inShop) return { document: { ...clean, ...DIRT[0]!(n) }, number: n, group };
    const document = { ...clean, ...DIRT[(at + seed) % DIRT.length]!(n) };
    const obstacle = at % 3 === 2 ? OBSTACLES[Math.floor(at / 3) % OBSTACLES.length] : undefined;
    if (obstacle === undefined) return { document, number: n, group };
    if (obstacle === "noMobile")
      return {
        document: { ...document, phoneNumbers: [{ type: "work", value: "+852 2111 1111" }] },
        number: n,
        group,
        obstacle,
      };
    const number = { twin: n - 1, stranger: STRANGERS, fiveOrganisations: FIVE }[obstacle];
    return { document: { ...document, ...phones(number) }, number, group, obstacle };
  });
}

const wire = (number: number): string => mobile(number).replace(" ", "-").replaceAll(" ", "");
const edit = (call: string, body: JsonObject) => env.control("edit", { call, body });
const calls = async (): Promise<number> =>
  Object.values(await env.calls()).reduce((sum, { count }) => sum + count, 0);

interface Row {
  readonly entity_id: string;
  readonly state: string;
  readonly reason_code: string | null;
  readonly reason: string | null;
  readonly remedy: string | null;
  readonly holder: string | null;
}

async function absent(ids: ReadonlyMap<string, Person>): Promise<readonly Row[]> {
  const there = new Set((await env.state()).users.map(({ userid }) => userid));
  const { rows } = await env.pool.query<Row>(
    "select entity_id, state, reason_code, reason, remedy, holder from entity_states where kind = 'user' order by entity_id",
  );
  return rows.filter(({ entity_id }) => ids.has(entity_id) && !there.has(entity_id));
}

test.each(Array.from({ length: SEEDS }, (_, at) => at + 1))(
  "everybody who can be in is in, the others are told why, and what they are told works, seed %s",
  async (seed) => {
    env = await openTestEnvironment({ retryBaseMs: 10 });
    await env.control("switches", {
      maxDepartmentMembers: 40,
      createRefusals: { [wire(FIVE)]: 40019 },
      ownWays: [
        { on: "user", field: "title", value: "Refused", refuses: 987_654 },
        { on: "user", field: "remark", value: "Refused", refuses: 40065 },
      ],
    });
    const theirs = {
      userid: "stranger",
      name: "Stranger",
      mobile: wire(STRANGERS),
      dept_id_list: "1",
      email: "theirs@example.com",
    };
    await edit("/topapi/v2/user/create", theirs);
    const ids = new Map<string, Person>();
    for (const person of company(seed)) ids.set(await env.addUser(person.document), person);
    for (let group = 0; group < 10; group++) {
      await env.addGroup(
        `Area ${group % 3}/Shop ${group}`,
        [...ids].filter(([, person]) => person.group === group).map(([id]) => id),
      );
    }
    env.startWorker({ concurrency: 16 });
    await env.quiet(60_000);

    // Possible: one person for each number that DingTalk takes and no stranger has.
    const numbers = new Set(
      [...ids.values()]
        .filter(({ obstacle }) => obstacle === undefined || obstacle === "twin")
        .map(({ number }) => number),
    );
    const out = await absent(ids);
    const coverage = `${PEOPLE - out.length} of ${numbers.size} possible, of ${PEOPLE} people`;
    process.stdout.write(`coverage, seed ${seed}: ${coverage}\n`);
    expect(PEOPLE - out.length).toBe(numbers.size);

    // Nothing is left to be done: the same cycle once more costs no call.
    const before = await calls();
    for (const [id, { document }] of ids) await change(env, id, document);
    await env.quiet();
    await env.pool.query("update entity_states set state = 'due', next_at = now() where state = 'inSync'");
    await env.quiet(30_000);
    expect((await calls()) - before).toBe(0);

    // Whom it concerns, and what to do: done, and they are in.
    const operations = createSyncOperations(env.pool as never, "dingtalk", systemClock);
    const retry = (id: string) =>
      operations.retry(
        { kind: "user", id },
        { id: crypto.randomUUID(), at: systemClock.now(), code: "operator.retry", actor: "test", causes: [] },
      );
    let fresh = 5_000;
    for (const { entity_id: id, state, reason_code, reason, remedy, holder } of out) {
      expect({ id, state, reason, remedy }).toEqual({
        id,
        state: "parked",
        reason: expect.stringMatching(/.{20,}/),
        remedy: expect.stringMatching(/.{20,}/),
      });
      const held = JSON.parse(holder ?? "null") as { id?: string; remoteId?: string } | null;
      switch (reason_code) {
        case "mobileMissing":
          await change(env, id, phones(fresh++));
          break;
        case "mobileTaken":
          expect(`${reason}`).toContain(held?.id ?? held?.remoteId);
          if (held?.id) await change(env, id, phones(fresh++));
          else await edit("/topapi/v2/user/delete", { userid: held!.remoteId! });
          break;
        case "tooManyOrganisations":
          await env.control("switches", { createRefusals: {} });
          break;
        default:
          throw new Error(`no remedy was tried for ${reason_code}`);
      }
      await retry(id);
    }
    await env.quiet(30_000);
    // Several may have waited for the same number of a stranger: the last ones are told who of ours has it
    // now.
    for (const { entity_id: id, holder } of await absent(ids)) {
      expect(ids.has((JSON.parse(holder ?? "{}") as { id?: string }).id ?? "")).toBe(true);
      await change(env, id, phones(fresh++));
    }
    await env.quiet(30_000);
    expect(await absent(ids)).toEqual([]);
    const { store, target, mapping } = env.connect();
    await sweep({ store, target, mapping, clock: systemClock }, "test", new AbortController().signal);
    await env.quiet(30_000);
    expect(await absent(ids)).toEqual([]);
  },
  180_000,
);
