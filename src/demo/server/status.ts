import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/entity.ts";
import type { CallCounts } from "../dingtalk/simulator.ts";
import { DemoFailed } from "../failure.ts";
import { object, objects, text } from "./directory.ts";
import type { Http } from "./http.ts";

/** The part of `GET /api/sync/status` that the demo uses. */
export interface SyncStatus {
  readonly mode: string;
  /** URL of the sandbox DingTalk. Undefined if the server is connected to a real organisation. */
  readonly sandbox: string | undefined;
  readonly states: Readonly<Record<string, number>>;
  readonly latencyMs: { readonly p50: number; readonly p95: number } | undefined;
  readonly calls: CallCounts;
  readonly openHolds: number;
}

export async function readStatus(http: Http): Promise<SyncStatus> {
  const status = await http.get("/api/sync/status");
  const latency = object(status.latencyMs);
  return {
    mode: text(status.mode),
    sandbox: text(status.sandbox) || undefined,
    states: Object.fromEntries(
      Object.entries(object(status.states)).map(([state, count]) => [state, Number(count)]),
    ),
    latencyMs: status.latencyMs ? { p50: Number(latency.p50), p95: Number(latency.p95) } : undefined,
    calls: new Map(
      Object.entries(object(object(status.calls).byApi)).map(([api, count]) => [api, Number(count)]),
    ),
    openHolds: Number(object(status.holds).open),
  };
}

const LOOK_MS = 250;

/**
 * Time without progress after which waiting entities count as blocked by held ones. For example, a department
 * waits until its people may leave it.
 */
const HELD_BACK_MS = 2_000;

export interface Patience {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly patienceMs: number;
  look(open: number): void;
}

/**
 * Resolves when no entity is due or waiting. With `orHeldBack` also when entities are held, none is due, and
 * there was no progress for two seconds. Rejects DemoFailed when there was no progress for `patienceMs`.
 */
export async function untilQuiet(
  http: Http,
  { clock, signal, patienceMs, look }: Patience,
  orHeldBack = false,
): Promise<SyncStatus> {
  let seen = "";
  let sinceMs = clock.monotonicMs();
  for (;;) {
    const status = await readStatus(http);
    const open = (status.states.due ?? 0) + (status.states.waiting ?? 0);
    look(open);
    if (open === 0) return status;
    const now = JSON.stringify([status.states, [...status.calls]]);
    if (now !== seen) sinceMs = clock.monotonicMs();
    seen = now;
    const unmovedMs = clock.monotonicMs() - sinceMs;
    const { due = 0, held = 0 } = status.states;
    if (orHeldBack && due === 0 && held > 0 && unmovedMs > HELD_BACK_MS) return status;
    if (unmovedMs > patienceMs) {
      throw new DemoFailed(
        `no progress for ${Math.round(patienceMs / 1_000)} s, and ${open} entities are still due or waiting: ${await examples(http)}`,
      );
    }
    await clock.sleep(LOOK_MS, signal);
  }
}

async function examples(http: Http): Promise<string> {
  const lists = await Promise.all(
    ["due", "waiting"].map((state) => http.get(`/api/sync/items?state=${state}&count=3`)),
  );
  return lists
    .flatMap(({ items }) =>
      objects(items).map((item) => `${text(item.kind)} ${text(item.name)} (${text(item.reason)})`),
    )
    .join("; ");
}

/** Entities that are parked or held, in words. An operator has to check them. */
export async function stuck(http: Http): Promise<readonly string[]> {
  const lists = await Promise.all(
    ["parked", "held"].map((state) => http.get(`/api/sync/items?state=${state}&count=100`)),
  );
  return lists.flatMap(({ items }) =>
    objects(items).map(
      (item) => `${text(item.kind)} ${text(item.name)} is ${text(item.state)}: ${text(item.reason)}`,
    ),
  );
}

/** Events of the history after the one with this id, or all if it is undefined, newest first. */
export async function eventsSince(http: Http, last: string | undefined): Promise<readonly JsonObject[]> {
  const events: JsonObject[] = [];
  let after = "";
  for (;;) {
    const page = await http.get(`/api/history?count=1000${after}`);
    for (const event of objects(page.events)) {
      if (event.id === last) return events;
      events.push(event);
    }
    if (!page.next) return events;
    after = `&after=${encodeURIComponent(text(page.next))}`;
  }
}

export async function lastEvent(http: Http): Promise<string | undefined> {
  const { events } = await http.get("/api/history?count=1");
  const [event] = objects(events);
  return event && text(event.id);
}
