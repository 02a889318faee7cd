import type { Clock } from "../core/clock.ts";
import type { Company, CompanySize } from "./company/company.ts";
import { objectId } from "./company/people.ts";
import { afterLeavers, changed, founded } from "./company/stages.ts";
import { account, callsBetween, total } from "./cycle/account.ts";
import type { Acknowledged, CyclePlan } from "./cycle/cycle.ts";
import { lacks, type Memory, remember } from "./cycle/memory.ts";
import { playCycle, stepsOf } from "./cycle/play-cycle.ts";
import { compare, inWords } from "./dingtalk/compare.ts";
import { expectedOf } from "./dingtalk/expected.ts";
import { createSimulatorView, fewestCalls, type Simulator } from "./dingtalk/simulator.ts";
import { DemoFailed } from "./failure.ts";
import type { CycleResult, DemoResult } from "./result.ts";
import { type Directory, readDirectory, text } from "./server/directory.ts";
import { untilSettled } from "./server/holds.ts";
import { createHttp, type Http } from "./server/http.ts";
import { testConnection } from "./server/requests.ts";
import { eventsSince, lastEvent, readStatus, stuck, untilQuiet } from "./server/status.ts";

export interface DemoOptions extends CompanySize {
  readonly url: string;
  readonly token: string;
  /** SCIM requests per second. 0 means no limit. */
  readonly perSecond: number;
  /** Maximum time without an answer of the server, and maximum time without progress, in ms. */
  readonly patienceMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

export interface Progress {
  /** Begins a part of the demo with this number of steps. */
  begin(part: string, steps: number): void;
  step(): void;
  /** Shows the number of entities that are not yet in sync with DingTalk. */
  open(entities: number): void;
  end(): void;
}

/**
 * Rejects DemoFailed if no server answers at this address within 10 s. Once the demo has begun, it waits up
 * to `patienceMs` for the server.
 */
export async function requireServer(url: string): Promise<void> {
  try {
    await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(10_000) });
  } catch (cause) {
    throw new DemoFailed(
      `no server answers at ${url}; start one with \`npm start\`, or give another address with --url`,
      { cause },
    );
  }
}

/**
 * Plays the cycles against the server, and compares the directory with the sandbox DingTalk after each.
 * Rejects DemoFailed if it cannot continue.
 */
export async function playDemo(options: DemoOptions): Promise<DemoResult> {
  const http = createHttp(options);
  const simulator = await openSandbox(http);
  await checkConnection(http, options.seed);
  await untilQuiet(http, { ...options, look: () => undefined });

  const first = founded(options);
  const second = changed(options, first);
  const last = afterLeavers(second);
  const atStart = await readDirectory(http);
  const before = {
    event: await lastEvent(http),
    arrived: await simulator.calls(),
    sent: (await readStatus(http)).calls,
  };
  const playedBefore = stands(atStart, second, last);

  const memory = remember(atStart, second);
  const differed = compare(expectedOf(atStart), (await simulator.state()).shown).map(inWords);
  const own = [...memory.users.values()].map(({ id }) => id);
  const earlier = [...differed, ...(await stuck(http))].filter(
    (line) => !own.some((id) => line.includes(id)),
  );
  const stage: Stage = { options, http, simulator, earlier: new Set(earlier), memory, acknowledged: [] };
  for (const gone of stage.memory.users.keys())
    if (!first.people.some(({ externalId }) => externalId === gone)) stage.memory.users.delete(gone);
  const cycles: CycleResult[] = [];
  if (playedBefore) {
    stage.memory = remember(atStart, last);
    cycles.push(await cycle(stage, "initial cycle", { wanted: last, match: true, resend: false }));
  } else {
    cycles.push(await cycle(stage, "initial cycle", { wanted: first, match: true, resend: false }));
    cycles.push(await cycle(stage, "change cycle", { wanted: second, match: false, resend: false }));
    cycles.push(await cycle(stage, "leaver cycle", { wanted: last, match: false, resend: false }));
  }
  const settled = await readDirectory(http);
  cycles.push(await cycle(stage, "repeated cycle", { wanted: last, match: true, resend: true }));
  const repeated = await readDirectory(http);

  const status = await readStatus(http);
  const { shown } = await simulator.state();
  const active = repeated.users.filter((user) => user.active !== false).length;
  return {
    size: { users: options.users, departments: options.departments, seed: options.seed },
    playedBefore,
    earlier,
    cycles,
    people: { directory: repeated.users.length, active, dingtalk: shown.people.size },
    departments: { directory: expectedOf(repeated).departments.size, dingtalk: shown.departments.size },
    lost: lacks(remember(repeated, last), last),
    changedByRepeat: changedResources(settled, repeated),
    stuck: (await stuck(http)).filter((line) => !stage.earlier.has(line)),
    scimMs: { ...percentiles(http.timesMs), requests: http.timesMs.length },
    latencyMs: status.latencyMs,
    interruptions: http.interruptions,
    account: account({
      arrived:
        http.interruptions.away > 0 ? undefined : callsBetween(before.arrived, await simulator.calls()),
      sent: callsBetween(before.sent, status.calls) ?? status.calls,
      events: await eventsSince(http, before.event),
      acknowledged: stage.acknowledged,
    }),
  };
}

interface Stage {
  readonly options: DemoOptions;
  readonly http: Http;
  readonly simulator: Simulator;
  readonly earlier: ReadonlySet<string>;
  memory: Memory;
  readonly acknowledged: Acknowledged[];
}

/**
 * The simulator of the server. Rejects DemoFailed if the server is connected to a real organisation, or its
 * mode is not `sync`.
 */
export async function openSandbox(http: Http): Promise<Simulator> {
  const { sandbox, mode } = await readStatus(http);
  if (sandbox === undefined)
    throw new DemoFailed(
      "this server is connected to a real DingTalk organisation; the demo needs a sandbox",
    );
  if (mode !== "sync")
    throw new DemoFailed(`the server's mode is ${mode}; start it with SYNC_MODE=sync for the demo`);
  return createSimulatorView(sandbox);
}

/**
 * Does what Entra's "Test Connection" does: searches a user who does not exist, and expects an empty list.
 */
async function checkConnection(http: Http, seed: number): Promise<void> {
  const { status, body } = await http.scim(testConnection(objectId(seed, -1)));
  if (status !== 200 || body.totalResults !== 0)
    throw new DemoFailed(`the answer to the connection test is ${status}: ${text(body.detail)}`);
}

/** Whether the directory has the company in the state after the last cycle. */
function stands(directory: Directory, second: Company, last: Company): boolean {
  const staying = new Set(last.people.map(({ externalId }) => externalId));
  const known = remember(directory, second);
  return (
    lacks(remember(directory, last), last).length === 0 &&
    [...known.users.keys()].every((externalId) => staying.has(externalId))
  );
}

async function cycle(stage: Stage, name: string, plan: CyclePlan): Promise<CycleResult> {
  const { http, simulator, memory, acknowledged, options } = stage;
  const { clock, progress } = options;
  const before = {
    state: await simulator.state(),
    sent: (await readStatus(http)).calls,
    writes: acknowledged.length,
  };
  const startedMs = clock.monotonicMs();
  progress.begin(name, stepsOf(plan, { memory }));
  await playCycle({ http, clock, memory, acknowledged, step: () => progress.step() }, plan);
  const { status, approved } = await untilSettled(http, { ...options, look: (open) => progress.open(open) });
  progress.end();
  const tookMs = clock.monotonicMs() - startedMs;
  const after = await simulator.state();
  return {
    name,
    writes: acknowledged.length - before.writes,
    approved,
    tookMs,
    calls: total(callsBetween(before.sent, status.calls) ?? status.calls),
    fewest: fewestCalls(before.state, after),
    differences: compare(expectedOf(await readDirectory(http)), after.shown).filter(
      (each) => !stage.earlier.has(inWords(each)),
    ),
  };
}

function changedResources(before: Directory, after: Directory): readonly string[] {
  const texts = new Map(
    [...before.users, ...before.groups].map((resource) => [text(resource.id), JSON.stringify(resource)]),
  );
  return [...after.users, ...after.groups]
    .filter((resource) => texts.get(text(resource.id)) !== JSON.stringify(resource))
    .map((resource) => text(resource.userName) || text(resource.displayName));
}

function percentiles(values: readonly number[]): { readonly p50: number; readonly p95: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p95: at(0.95) };
}
