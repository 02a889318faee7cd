import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { systemClock } from "../../src/core/clock.ts";
import { buildPreviousVersion, type PreviousVersion } from "../support/deploy/previous-version.ts";
import { type Balancer, openBalancer } from "../support/network/balancer.ts";
import { type Answer, type Office, openOffice } from "../support/office.ts";
import { createEmptyDatabase, type TestDatabase } from "../support/postgres/test-database.ts";
import { killGroup, openPlace, type Place, type Run, runCommand } from "../support/server.ts";

/*
 * From the version before to this one while clients write: two API processes and two workers of the old
 * version, the migration as the chart's Job runs it, and then one process after the other is replaced.
 * UPGRADE_SECONDS is how long old and new live side by side.
 */

const SECONDS = Number(process.env["UPGRADE_SECONDS"] ?? "20");
const TOKEN = "a-bootstrap-token-of-forty-characters-00";
/** Of requests. The short version has too few of them to tell; there one is too many. */
const MOST_REFUSED = 0.001;

jest.setTimeout(600_000 + SECONDS * 3_000);

type Role = "api" | "worker";

interface Seat {
  readonly role: Role;
  readonly place: Place;
  run: Run;
}

let folder: string;
let previous: PreviousVersion;
let database: TestDatabase;
let places: Place[];
let simulator: Run;
let balancer: Balancer | undefined;
let office: Office | undefined;

beforeAll(async () => {
  // On the disk: it is too much for a file system in memory.
  folder = mkdtempSync(join(tmpdir(), "upgrade-"));
  previous = await buildPreviousVersion(join(folder, "previous"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  database = await createEmptyDatabase();
  places = await Promise.all(Array.from({ length: 4 }, openPlace));
  simulator = runCommand(["simulator", "--port", new URL(places[0]!.simulatorUrl).port, "--qps", "0"]);
  await simulator.says("The simulated DingTalk is at");
});
afterEach(async () => {
  await office?.stop();
  await balancer?.close();
  for (const place of places) await place.clear();
  killGroup(simulator);
  await simulator.ended();
  await database.drop();
});

const dingtalk = () => places[0]!.simulatorUrl;

const settings = () => ({
  DATABASE_URL: database.url,
  ENCRYPTION_KEY_FILE: join(folder, "encryption.key"),
  HISTORY_KEY_FILE: join(folder, "history.key"),
  BOOTSTRAP_TOKEN: TOKEN,
  RATE_LIMIT_PER_CLIENT: "0",
  LOG_LEVEL: "warn",
  SYNC_MODE: "sync",
  DINGTALK_APP_KEY: "sandbox",
  DINGTALK_APP_SECRET: "sandbox",
  DINGTALK_CORP_ID: "dingsandbox",
  DINGTALK_OAPI_URL: dingtalk(),
  DINGTALK_API_URL: dingtalk(),
  DINGTALK_QPS: "200",
});

test("processes are replaced one by one under load: nothing is lost, nobody is removed, hardly anybody is refused", async () => {
  const seats: Seat[] = [];
  for (const [at, role] of (["api", "worker", "api", "worker"] as const).entries()) {
    const place = places[at]!;
    seats.push({
      role,
      place,
      run: await place.start({ ...settings(), ROLE: role }, { program: previous.program }),
    });
  }
  balancer = await openBalancer(seats.filter(({ role }) => role === "api").map(({ place }) => place.url));
  office = openOffice(balancer.url, TOKEN);
  const turnMs = (SECONDS * 1_000) / (seats.length + 1);
  await systemClock.sleep(turnMs);

  const migration = runCommand(["migrate"], settings());
  expect([await migration.ended(), migration.stderr]).toEqual([0, expect.any(String)]);
  for (const seat of seats) {
    seat.run.child.kill("SIGTERM");
    expect([await seat.run.ended(), failuresIn(seat.run)]).toEqual([0, []]);
    seat.run = await seat.place.start({ ...settings(), ROLE: seat.role });
    await systemClock.sleep(turnMs);
  }
  await office.stop();
  report();

  expect(office.answers.filter((answer) => !isWell(answer) && !isRefusedForNow(answer))).toEqual([]);
  const refused = office.answers.filter(({ status }) => status === 503).length;
  expect(refused / office.answers.length).toBeLessThan(MOST_REFUSED);
  expect(await lost(office)).toEqual([]);
  await everybodyArrived(office);
  expect(await removalsAtDingTalk()).toEqual({});
  expect(await statusOfLoop()).toEqual({ holds: 0, needsYou: 0 });
  for (const { run } of seats) expect([run.child.exitCode, failuresIn(run)]).toEqual([null, []]);
});

const isWell = ({ status }: Answer): boolean => status >= 200 && status < 300;
const isRefusedForNow = ({ status, retryAfter }: Answer): boolean => status === 503 && Number(retryAfter) > 0;

/** What a process wrote that is worse than a warning. */
const failuresIn = ({ stdout }: Run): readonly string[] =>
  stdout.split("\n").filter((line) => /"level":"(error|fatal)"/.test(line));

/** Acknowledged writes that the directory or its history does not have. */
async function lost({ people }: Office): Promise<readonly string[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string; title: string; in_group: boolean; created: boolean }>(
      `select u.id, u.document->>'title' as title, exists (select 1 from group_members m where m.user_id = u.id) as in_group,
              exists (select 1 from history h where h.subject = u.id and h.code = 'user.created') as created
       from users u`,
    );
    const stored = new Map(rows.map((row) => [row.id, row]));
    return [...people].flatMap(([id, { title, unsure, inGroup }]) => {
      const row = stored.get(id);
      if (!row) return [`${id}: the person`];
      return [
        ...(row.title === title || row.title === unsure
          ? []
          : [`${id}: the title ${title}, it is ${row.title}`]),
        ...(inGroup && !row.in_group ? [`${id}: the membership`] : []),
        ...(row.created ? [] : [`${id}: the event`]),
      ];
    });
  } finally {
    await client.end();
  }
}

async function everybodyArrived({ people }: Office): Promise<void> {
  for (;;) {
    const { users } = await getJson<{ users: readonly { userid: string; title?: string }[] }>(
      `${dingtalk()}/_sim/state`,
    );
    const titles = new Map(users.map(({ userid, title }) => [userid, title]));
    if (
      [...people].every(
        ([id, { title, unsure }]) =>
          titles.get(id) === title || (unsure !== undefined && titles.get(id) === unsure),
      )
    )
      return;
    await systemClock.sleep(500);
  }
}

async function removalsAtDingTalk(): Promise<Readonly<Record<string, number>>> {
  const { calls } = await getJson<{ calls: Readonly<Record<string, { readonly count: number }>> }>(
    `${dingtalk()}/_sim/calls`,
  );
  return Object.fromEntries(
    Object.entries(calls).flatMap(([path, { count }]) =>
      /delete|remove/i.test(path) ? [[path, count]] : [],
    ),
  );
}

async function statusOfLoop(): Promise<{ readonly holds: number; readonly needsYou: number }> {
  const status = await getJson<{ holds: { open: number }; people: { needsYou: number } }>(
    `${places[0]!.url}/api/sync/status`,
  );
  return { holds: status.holds.open, needsYou: status.people.needsYou };
}

async function getJson<T>(url: string): Promise<T> {
  return (await (await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } })).json()) as T;
}

function report(): void {
  const { answers, people } = office!;
  const ms = answers.map((answer) => answer.ms).sort((a, b) => a - b);
  const refused = answers.filter(({ status }) => status === 503).length;
  process.stderr.write(
    `from ${previous.commit.slice(0, 7)} in ${SECONDS} s: ${answers.length} requests for ${people.size} people, ${refused} refused with 503; ` +
      `p50 ${Math.round(ms[Math.floor(ms.length / 2)]!)} ms, p99 ${Math.round(ms[Math.floor(ms.length * 0.99)]!)} ms, slowest ${Math.round(ms.at(-1)!)} ms\n`,
  );
}
