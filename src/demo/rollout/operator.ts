import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/entity.ts";
import { DemoFailed } from "../failure.ts";
import { object, objects, text } from "../server/directory.ts";
import type { Answer, Http } from "../server/http.ts";
import { eventsSince, lastEvent, readStatus } from "../server/status.ts";

/* The calls of an operator through the API. The commands of the CLI do the same. */

export interface Operator {
  readonly http: Http;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly patienceMs: number;
}

export type Mode = "observe" | "upsert" | "sync";

/** Time in ms after which every process has read a new order. */
const FOLLOWED_MS = 2_000;
const LOOK_MS = 250;
const PAGE = 1_000;

export async function orderMode({ http, clock, signal }: Operator, mode: Mode): Promise<void> {
  if ((await readStatus(http)).mode === mode) return;
  done(await http.put("/api/sync/mode", { mode }), `the mode ${mode}`);
  await clock.sleep(FOLLOWED_MS, signal);
}

/** Starts an assessment, and returns its report when it is done. */
export async function assessed(operator: Operator): Promise<JsonObject> {
  const { http } = operator;
  done(await http.post("/api/sync/assess", {}), "an assessment");
  const report = await until(operator, "the assessment", async () => {
    const found = await http.get("/api/sync/assessment");
    return found.state === "running" ? undefined : found;
  });
  if (report.state !== "done") throw new DemoFailed(`the assessment failed: ${text(report.reason)}`);
  return report;
}

/** Starts a comparison with DingTalk, and returns its result when it is done. */
export async function compared(operator: Operator): Promise<JsonObject> {
  const { http } = operator;
  const before = await lastEvent(http);
  done(await http.post("/api/sync/reconcile", {}), "a comparison");
  return until(operator, "the comparison", async () => {
    const ended = (await eventsSince(http, before)).find(
      ({ code, detail }) => code === "operator.reconcile" && detail !== undefined,
    );
    return ended && object(ended.detail);
  });
}

export interface Adoption {
  readonly id: string;
  readonly kind: string;
  readonly tier: number;
  readonly strong: boolean;
  readonly ours: string;
  readonly theirs: string;
}

export async function adoptionsIn(http: Http, state: "proposed" | "ambiguous"): Promise<readonly Adoption[]> {
  const all = await every(http, `/api/sync/adoptions?state=${state}`, "adoptions");
  return all.map(({ id, kind, tier, strength, entity, remote }) => ({
    id: text(id),
    kind: text(kind),
    tier: Number(tier),
    strong: strength === "strong",
    ours: text(object(entity).id),
    theirs: text(object(remote).id),
  }));
}

/** Accepts all proposals of a tier. The server refuses if their number is not `count`. */
export async function acceptTier(http: Http, tier: number, count: number): Promise<void> {
  done(await http.post("/api/sync/adoptions/accept", { tier, count }), `accepting tier ${tier}`);
}

export async function decide(http: Http, { id }: Adoption, decision: "accept" | "reject"): Promise<void> {
  done(await http.post(`/api/sync/adoptions/${id}/${decision}`, {}), `to ${decision} a proposal`);
}

export interface Planned {
  readonly summary: JsonObject;
  /** Kind and id of every entity that the plan changes. */
  readonly touched: ReadonlySet<string>;
}

export async function planFor(http: Http, mode: Mode): Promise<Planned> {
  let summary: JsonObject = {};
  const items = await every(http, `/api/sync/plan?mode=${mode}`, "items", (page) => {
    summary = object(page.summary);
  });
  return { summary, touched: new Set(items.map(({ kind, id }) => `${text(kind)} ${text(id)}`)) };
}

export interface OpenHold {
  readonly id: string;
  readonly limit: string;
  readonly count: number;
  readonly passed: number;
  readonly allowed: number;
}

export async function holdsIn(http: Http, state: "open" | "dissolved"): Promise<readonly OpenHold[]> {
  const holds = await every(http, `/api/sync/holds?state=${state}`, "holds");
  return holds.map(({ id, limit, count, passed, allowed }) => ({
    id: text(id),
    limit: text(limit),
    count: Number(count),
    passed: Number(passed),
    allowed: Number(allowed),
  }));
}

/** Reads all pages of a list of the API, and calls `look` with each page. */
async function every(
  http: Http,
  path: string,
  name: string,
  look: (page: JsonObject) => void = () => undefined,
): Promise<readonly JsonObject[]> {
  const all: JsonObject[] = [];
  for (let after = ""; ; ) {
    const page = await http.get(
      `${path}&count=${PAGE}${after === "" ? "" : `&after=${encodeURIComponent(after)}`}`,
    );
    look(page);
    all.push(...objects(page[name]));
    after = text(page.next);
    if (after === "") return all;
  }
}

async function until<T>(
  { clock, signal, patienceMs }: Operator,
  what: string,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const untilMs = clock.monotonicMs() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (clock.monotonicMs() > untilMs)
      throw new DemoFailed(`${what} takes longer than ${Math.round(patienceMs / 1_000)} s`);
    await clock.sleep(LOOK_MS, signal);
  }
}

function done({ status, body }: Answer, what: string): void {
  if (status >= 300) throw new DemoFailed(`the server refuses ${what} (${status}): ${text(body.detail)}`);
}
