import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { systemClock } from "../../src/core/clock.ts";
import { createHolds } from "../../src/store/loop/guard/holds.ts";
import { withEmbedded } from "./embedded.ts";

/*
 * How long the first page of a large hold takes, as `GET /api/sync/holds/{id}` reads it: count, digest and
 * the first hundred members.
 *   node tests/support/run-typescript.cjs tests/bench/hold.ts --members 100000
 */

const { values } = parseArgs({
  options: { members: { type: "string", default: "100000" }, rounds: { type: "string", default: "20" } },
});
const members = Number(values.members);
const BAR_MS = 200;

const PEOPLE = `
  insert into users (id, source_id, active, user_name, user_name_key, document, created_at, modified_at)
  select gen_random_uuid(), s.id, true, 'u' || n, 'u' || n, json_build_object('userName', 'u' || n, 'displayName', 'Person ' || n), now(), now()
    from sources s, generate_series(1, $1::int) n`;
const HOLD = `
  insert into holds (id, target, limit_name, state, hours, allowed, present, passed, policy, expires_at)
  values ($1, 'dingtalk', 'peopleRemoved', 'open', 24, 2000, $2, 2000, 'bench', now() + interval '1 day')`;
/** In the order in which chance lets them join. */
const MEMBERS = `
  insert into hold_members (hold_id, target, kind, entity_id, key, action, generation, causes)
  select $1, 'dingtalk', 'user', id, '', 'remove', 3, array[gen_random_uuid()] from users order by random()`;

void withEmbedded(async ({ pool, fill }) => {
  const id = randomUUID();
  await fill(async (client) => {
    await client.query(PEOPLE, [members]);
    await client.query(HOLD, [id, members]);
    await client.query(MEMBERS, [id]);
  });
  const holds = createHolds(pool, "dingtalk", systemClock);
  const took: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const beginMs = systemClock.monotonicMs();
    const hold = await holds.get(id);
    const page = await holds.members(id, { count: 100 });
    took.push(systemClock.monotonicMs() - beginMs);
    if (hold?.count !== members || page.members.length !== 100)
      throw new Error("the hold is not what was made");
  }
  took.sort((a, b) => a - b);
  const worst = took.at(-1)!;
  process.stdout.write(
    `first page of a hold of ${members}: median ${took[took.length >> 1]!.toFixed(0)} ms, worst ${worst.toFixed(0)} ms (bar ${BAR_MS})\n`,
  );
  if (worst > BAR_MS) process.exitCode = 1;
});
