import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../src/core/clock.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { openDatabase } from "../../src/database/open.ts";
import { createGroupDirectory } from "../../src/directory/groups.ts";
import { createUserDirectory } from "../../src/directory/users.ts";
import { readGroup, readUser } from "../../src/scim/resource/resource.ts";
import { createDirectoryStore } from "../../src/store/create.ts";
import type { Pool } from "../../src/store/postgres/pool.ts";
import { createPool } from "../../src/store/postgres/pool.ts";
import { testVault } from "../support/vault.ts";
import { onStage, runBench, type Simulator, type Stage } from "./stage.ts";

/*
 * The first load of a company at DingTalk's rate: fills the directory, then starts real worker processes and
 * a simulator that allows just that rate.
 *   npm run build && node tests/support/run-typescript.cjs tests/bench/first-load.ts --people 10000 --departments 1000 --workers 3 --rate 20
 * Prints how much of the allowed rate was used while there was work, how many calls were refused, and the
 * calls made beside the fewest possible.
 */

const { values } = parseArgs({
  options: {
    people: { type: "string", default: "1000" },
    departments: { type: "string", default: "100" },
    workers: { type: "string", default: "1" },
    rate: { type: "string", default: "20" },
  },
});
const people = Number(values.people);
const departments = Number(values.departments);
const workers = Number(values.workers);
const rate = Number(values.rate);

const root = join(__dirname, "..", "..");
const WRITES = [
  "/topapi/v2/user/create",
  "/topapi/v2/user/update",
  "/topapi/v2/department/create",
  "/topapi/v2/department/update",
];
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

type Calls = Readonly<Record<string, { readonly count: number; readonly refused: number }>>;

async function firstLoad(stage: Stage): Promise<number> {
  const url = await stage.database("first_load");
  const database = await openDatabase({
    url,
    dataDir: "",
    migrations: join(root, "prisma", "migrations"),
    logger: silentLogger,
  });
  const pool = createPool({ url, max: 16, logger: silentLogger });
  try {
    await fill(pool);
    const dingtalk = await stage.simulator(rate);
    const began = systemClock.monotonicMs();
    for (let n = 0; n < workers; n++) stage.worker(url, dingtalk, { DINGTALK_QPS: String(rate) });
    const created = await whileWorking(pool, dingtalk);
    report(await callsOf(dingtalk), created, (systemClock.monotonicMs() - began) / 1_000);
    return 0;
  } finally {
    await pool.end();
    await database.stop();
  }
}

/**
 * Ten departments of the first level, the rest below them; everybody in one. Ten report to each manager, and
 * managers come after their reports.
 */
async function fill(pool: Pool): Promise<void> {
  const deps = { store: createDirectoryStore(pool, ["dingtalk"], testVault), clock: systemClock };
  const [users, groups] = [createUserDirectory(deps), createGroupDirectory(deps)];
  const sourceId = randomUUID();
  await pool.query("insert into sources (id, name) values ($1, 'first load')", [sourceId]);
  const context = () => ({ sourceId, actor: "token:bench", requestId: randomUUID() });
  const seats: string[][] = Array.from({ length: departments }, () => []);
  for (let from = 0; from < people; from += 50) {
    const numbers = Array.from({ length: Math.min(50, people - from) }, (_, at) => from + at);
    await Promise.all(
      numbers.map(async (n) => {
        const fromLast = people - 1 - n;
        const manager =
          fromLast > 0 ? { manager: { value: `E${people - 1 - Math.floor((fromLast - 1) / 10)}` } } : {};
        const { id } = await users.create(
          context(),
          readUser({
            userName: `person.${n}@example.com`,
            displayName: `Chan ${n}`,
            title: "Clerk",
            phoneNumbers: [{ type: "mobile", value: `+852 ${50_000_000 + n}` }],
            [ENTERPRISE]: { employeeNumber: `E${n}`, ...manager },
          }),
        );
        seats[n % departments]!.push(id);
      }),
    );
  }
  for (const [n, members] of seats.entries()) {
    const displayName = n < 10 ? `Division ${n}` : `Division ${n % 10}/Team ${n}`;
    await groups.create(context(), readGroup({ displayName }).content, members);
  }
}

const callsOf = async (dingtalk: Simulator): Promise<Calls> =>
  (await dingtalk.get<{ calls: Calls }>("calls")).calls;

/**
 * Samples the creates of people each second until nothing is left to do; answers the seconds in which they
 * were at work, and how many they made.
 */
async function whileWorking(
  pool: Pool,
  dingtalk: Simulator,
): Promise<{ readonly count: number; readonly seconds: number }> {
  const made = async () => (await callsOf(dingtalk))["/topapi/v2/user/create"]?.count ?? 0;
  let first: { ms: number; count: number } | undefined;
  let last = { ms: 0, count: 0 };
  for (;;) {
    await systemClock.sleep(1_000);
    const now = { ms: systemClock.monotonicMs(), count: await made() };
    if (now.count > 0) first ??= now;
    if (now.count > last.count) last = now;
    const { rows } = await pool.query(
      "select count(*) as n from entity_states where state in ('due', 'waiting')",
    );
    if (rows[0].n === 0) break;
  }
  return { count: last.count - first!.count, seconds: (last.ms - first!.ms) / 1_000 };
}

function report(
  calls: Calls,
  created: { readonly count: number; readonly seconds: number },
  seconds: number,
): void {
  const sent = WRITES.reduce((sum, api) => sum + (calls[api]?.count ?? 0), 0);
  const all = Object.values(calls);
  const refused = all.reduce((sum, each) => sum + each.refused, 0);
  const total = all.reduce((sum, each) => sum + each.count, 0);
  const used = created.count / created.seconds / rate;
  process.stdout.write(
    `${people} people, ${departments} departments, ${workers} workers, ${rate}/s: ${seconds.toFixed(0)} s; ` +
      `${(used * 100).toFixed(1)} % of the allowed rate; refused ${refused} of ${total} (${((100 * refused) / total).toFixed(2)} %); ` +
      `writes ${sent}, fewest ${people + departments}: ${(sent / (people + departments)).toFixed(3)}\n${JSON.stringify(calls)}\n`,
  );
}

runBench(() => onStage(firstLoad));
