import { parseArgs } from "node:util";
import type { Client } from "pg";
import { systemClock } from "../../src/core/clock.ts";
import { type Call, load, type Subject } from "./client.ts";
import { entraUser } from "./people.ts";
import { onStage, runBench, type Stage, withDatabase } from "./stage.ts";
import { percentile } from "./turns.ts";
import { expecting, get, SCIM, send } from "./workloads.ts";

/*
 * Everybody is deactivated by mistake, with the built-in policy: how many leave, how many holds there are,
 * how fast the first page of one comes, and what SCIM clients notice of it.
 *   npm run build && node tests/support/run-typescript.cjs tests/bench/leave.ts --people 100000
 * The simulator has no limit; the server makes as many calls as it may be set to.
 */

const { values } = parseArgs({
  options: { people: { type: "string", default: "10000" }, clients: { type: "string", default: "8" } },
});
const people = Number(values.people);
const clients = Number(values.clients);
const MAY_LEAVE = Math.max(5, Math.floor(people * 0.02));
const BULK = 100;
const TURN_SECONDS = 8;
const PAGE_BAR_MS = 200;
const SCIM_BAR = 0.9;

async function leave(stage: Stage): Promise<number> {
  const database = await stage.database("leave");
  const dingtalk = await stage.simulator(0);
  const server = await stage.server("leave", database, { clients, dingtalk, more: { DINGTALK_QPS: "1000" } });
  return withDatabase(database, async (db) => {
    const ids = await hire(server);
    const hired = await untilNothingIsDue(db);
    const present = await inDingTalk(dingtalk.get);
    say(`${present} of ${people} in DingTalk, the last after ${hired.toFixed(0)} s`);
    const idle = await reads(server, ids);
    const began = performance.now();
    await dismiss(server, ids);
    const dismissedSeconds = (performance.now() - began) / 1_000;
    say(
      `${ids.length} deactivated in ${dismissedSeconds.toFixed(0)} s, ${Math.round(ids.length / dismissedSeconds)} a second`,
    );
    const meanwhile = await reads(server, ids);
    const settled = await untilNothingIsDue(db);
    const left = present - (await inDingTalk(dingtalk.get));
    const holds = (
      await asked<{ holds: { id: string; count: number }[] }>(server, get("/api/sync/holds?state=open"))
    ).holds;
    const page = await firstPage(server, holds[0]?.id);
    const ratio = meanwhile.perSecond / idle.perSecond;
    say(
      `${left} left (at most ${MAY_LEAVE}), ${holds.length} hold of ${holds[0]?.count}; nothing due any more ${settled.toFixed(0)} s later`,
    );
    say(
      `first page of the hold: median ${page.p50.toFixed(0)} ms, worst ${page.worst.toFixed(0)} ms (bar ${PAGE_BAR_MS})`,
    );
    say(
      `reads by id: ${text(idle)} at rest, ${text(meanwhile)} meanwhile, ratio ${ratio.toFixed(2)} (bar ${SCIM_BAR})`,
    );
    return left <= MAY_LEAVE && holds.length === 1 && page.worst < PAGE_BAR_MS && ratio >= SCIM_BAR ? 0 : 1;
  });
}

async function hire(server: Subject): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let at = 0; at < people; at += BULK) {
    const Operations = Array.from({ length: Math.min(BULK, people - at) }, (_, n) => ({
      method: "POST",
      path: "/Users",
      bulkId: `n${n}`,
      data: entraUser("leave", at + n),
    }));
    const body = { schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], Operations };
    const made = await asked<{ Operations: { location: string }[] }>(
      server,
      send("POST", `${SCIM}/Bulk`, body),
    );
    ids.push(...made.Operations.map(({ location }) => location.split("/").at(-1)!));
  }
  return ids;
}

async function dismiss(server: Subject, ids: readonly string[]): Promise<void> {
  const left = ids.values();
  const operations = [{ op: "Replace", path: "active", value: "False" }];
  const body = { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: operations };
  const client = async (): Promise<void> => {
    for (const id of left) await expecting(server, send("PATCH", `${SCIM}/Users/${id}`, body), 200);
  };
  await Promise.all(Array.from({ length: clients }, client));
}

interface Reads {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

async function reads(server: Subject, ids: readonly string[]): Promise<Reads> {
  let n = 0;
  const { requests, seconds, latenciesMs } = await load(server, clients, TURN_SECONDS, async () => {
    await expecting(server, get(`${SCIM}/Users/${ids[(n++ * 7_919) % ids.length]}`), 200);
    return 1;
  });
  return {
    perSecond: requests / seconds,
    p50: percentile(latenciesMs, 0.5),
    p99: percentile(latenciesMs, 0.99),
  };
}

async function firstPage(
  server: Subject,
  id: string | undefined,
): Promise<{ readonly p50: number; readonly worst: number }> {
  const took: number[] = [];
  for (let round = 0; round < 10; round++) {
    const began = performance.now();
    await expecting(server, get(`/api/sync/holds/${id}?count=100`), 200);
    took.push(performance.now() - began);
  }
  return { p50: percentile(took, 0.5), worst: Math.max(...took) };
}

/** Seconds until then. Who is held, or parked, is not due. */
async function untilNothingIsDue(db: Client): Promise<number> {
  const began = performance.now();
  for (;;) {
    const { rows } = await db.query("select 1 from entity_states where state in ('due', 'waiting') limit 1");
    if (rows.length === 0) return (performance.now() - began) / 1_000;
    await systemClock.sleep(200);
  }
}

const inDingTalk = async (
  state: (control: string) => Promise<{ users: readonly unknown[] }>,
): Promise<number> => (await state("state")).users.length;
const asked = async <T>(server: Subject, call: Call): Promise<T> =>
  JSON.parse((await expecting(server, call, 200)).text) as T;
const text = ({ perSecond, p50, p99 }: Reads): string =>
  `${Math.round(perSecond)}/s (p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)} ms)`;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

runBench(() => onStage(leave));
