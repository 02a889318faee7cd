import type { Client } from "pg";
import { systemClock } from "../../src/core/clock.ts";
import { containersOf } from "../../src/reconcile/containers.ts";
import type { Actual } from "../../src/reconcile/target-values.ts";
import { createDingTalkTarget } from "../../src/targets/dingtalk/index.ts";
import { createPauses, createToken } from "../support/limiter.ts";
import { entraUser, idOf } from "./people.ts";
import { departmentName, departmentNodeOf, fill } from "./seed-real.ts";
import type { Simulator } from "./stage.ts";

/*
 * Makes the simulated organisation what a seeded directory (seed-real.ts) wants, and the directory's links
 * what its worker would have noted.
 */

const ROOT = 1;
const LANES = 8;

interface Organisation {
  readonly people: number;
  readonly departments: number;
}

export async function fillOrganisation(
  simulator: Simulator,
  db: Client,
  { people, departments }: Organisation,
): Promise<void> {
  const nodes = new Map<string, string>();
  const remote: number[] = [];
  for (let n = 0; n < departments; n++) {
    const path = departmentName(n, departments).split("/");
    const parent = path.length > 1 ? remote[Number(path[0]!.split(" ")[1])] : ROOT;
    const { dept_id } = await edit<{ dept_id: number }>(simulator, "/topapi/v2/department/create", {
      name: path.at(-1),
      parent_id: parent,
    });
    remote[n] = dept_id;
    nodes.set(String(dept_id), departmentNodeOf(n));
  }
  await inLanes(people, (n) =>
    edit(simulator, "/topapi/v2/user/create", {
      ...personAt(n),
      dept_id_list: String(remote[n % departments]),
    }),
  );
  await adopt(simulator, db, nodes);
}

function personAt(n: number) {
  const { displayName, title, emails } = entraUser("seed", n) as {
    displayName: string;
    title: string;
    emails: { value: string }[];
  };
  return {
    userid: idOf("seed", n),
    name: displayName,
    title,
    email: emails[0]!.value,
    mobile: `+852-${50_000_000 + n}`,
  };
}

/** What an administrator does in the console. */
export async function edit<T>(simulator: Simulator, call: string, body: object): Promise<T> {
  const { errcode, errmsg, result } = await simulator.post<{ errcode: number; errmsg: string; result: T }>(
    "edit",
    { call, body },
  );
  if (errcode !== 0) throw new Error(`the simulator refused ${call} with ${errcode}: ${errmsg}`);
  return result;
}

async function inLanes(count: number, work: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) await work(n);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** Links every object of the lists to its entity, as seen just now. */
async function adopt(simulator: Simulator, db: Client, nodes: ReadonlyMap<string, string>): Promise<void> {
  const { address } = simulator;
  const target = createDingTalkTarget(
    {
      appKey: "sandbox",
      appSecret: "sandbox",
      corpId: "dingsandbox",
      oapiUrl: address,
      apiUrl: address,
      qps: 0,
    },
    { clock: systemClock, limiter: createPauses(systemClock), tokens: createToken(systemClock) },
  );
  const { signal } = new AbortController();
  const now = systemClock.now();
  const linkOf = (kind: "department" | "user", { remoteId, presence, attributes }: Actual) => ({
    target: target.name,
    kind,
    entity_id: kind === "user" ? remoteId : nodes.get(remoteId),
    remote_id: remoteId,
    status: "owned",
    presence,
    attributes,
    containers: containersOf(attributes),
    observed_at: now,
    created_at: now,
  });
  for (const kind of ["department", "user"] as const)
    for await (const page of target.list(kind, { signal }))
      await fill(db, "links", page.actuals, (actual) => linkOf(kind, actual));
  await db.query("vacuum analyze links");
  target.close();
}
