import { parseArgs } from "node:util";
import type { Client } from "pg";
import { systemClock } from "../../src/core/clock.ts";
import { onStage, runBench, type Stage, withDatabase } from "./stage.ts";
import { expecting, SCIM, send } from "./workloads.ts";

/*
 * How long one change takes to be right at DingTalk while nothing else is to do, with the built-in limits
 * counting: from the commit of the SCIM request to the answer of a simulator without delay, as the server
 * itself records it.
 *   npm run build && node tests/support/run-typescript.cjs tests/bench/idle.ts --changes 100
 */

const { values } = parseArgs({ options: { changes: { type: "string", default: "100" } } });
const changes = Number(values.changes);
const BAR_MS = 250;
/** Between two changes. */
const REST_MS = 300;

async function idle(stage: Stage): Promise<number> {
  const database = await stage.database("idle");
  const server = await stage.server("idle", database, { clients: 1, dingtalk: await stage.simulator(0) });
  return withDatabase(database, async (db) => {
    const person = {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      userName: "idle@example.com",
      displayName: "Li Wei",
      title: "Title 0",
      active: true,
      phoneNumbers: [{ type: "mobile", value: "+85261234567" }],
    };
    const { text } = await expecting(server, send("POST", `${SCIM}/Users`, person), 201);
    const { id } = JSON.parse(text) as { id: string };
    await settled(db, id);
    const took: number[] = [];
    for (let n = 1; n <= changes; n++) {
      await systemClock.sleep(REST_MS);
      const operations = [{ op: "replace", path: "title", value: `Title ${n}` }];
      const body = { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: operations };
      await expecting(server, send("PATCH", `${SCIM}/Users/${id}`, body), [200, 204]);
      took.push(await settled(db, id));
    }
    took.sort((a, b) => a - b);
    const at = (share: number): number =>
      Math.round(took[Math.min(took.length - 1, Math.floor(took.length * share))]!);
    process.stdout.write(
      `${changes} single changes at rest: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, at most ${at(1)} ms (bar ${BAR_MS} and the round trip)\n`,
    );
    return at(0.95) <= BAR_MS ? 0 : 1;
  });
}

/** Milliseconds from the commit to the state in which nothing differs. */
async function settled(db: Client, id: string): Promise<number> {
  for (;;) {
    const { rows } = await db.query<{ latency_ms: string }>(
      "select latency_ms from entity_states where entity_id = $1 and state = 'inSync' and observed_generation = desired_generation",
      [id],
    );
    if (rows[0]) return Number(rows[0].latency_ms);
    await systemClock.sleep(20);
  }
}

runBench(() => onStage(idle));
