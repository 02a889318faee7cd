import { deliverDue } from "../../../src/alerts/messages/deliver.ts";
import { createRefusalTally } from "../../../src/alerts/refusals.ts";
import type { AlertsDeps } from "../../../src/alerts/run.ts";
import { evaluate } from "../../../src/alerts/watch.ts";
import { alertsDeps } from "../../../src/compose/alerts.ts";
import type { Logger } from "../../../src/core/logger.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { createMeter } from "../../../src/core/meter.ts";
import { createTraffic } from "../../../src/http/monitoring/traffic.ts";
import type { Environment } from "../../../src/settings/environment.ts";
import { parseConfig } from "../../../src/settings/load-config.ts";
import { createSimulator } from "../../../src/simulator/server.ts";
import { createPool, type Pool } from "../../../src/store/postgres/pool.ts";
import { createTestDatabase } from "../../support/postgres/test-database.ts";
import { seed } from "../../support/seed.ts";
import { createManualClock, type ManualClock } from "../../unit/simulator/manual-clock.ts";

/**
 * The alerts of a process by hand: time is moved, and looks and deliveries are made when a test asks for
 * them. DingTalk's robot is the simulator's.
 */
export interface Alerts {
  readonly pool: Pool;
  readonly clock: ManualClock;
  readonly robotUrl: string;
  /** What works with these settings; another call is another process. */
  process(settings?: Environment, logger?: Logger): AlertsProcess;
  /** Messages that the robot took. */
  robot(): Promise<readonly RobotMessage[]>;
  control(address: string, body: object): Promise<void>;
  /** Entities in a state for a reason, made directly. Their ids. */
  stuck(
    reasonCode: string,
    count: number,
    more?: { readonly kind?: string; readonly answer?: string; readonly state?: string },
  ): Promise<void>;
  heal(reasonCode: string): Promise<void>;
  incidents(): Promise<readonly Row[]>;
  deliveries(): Promise<readonly Row[]>;
  close(): Promise<void>;
}

export interface AlertsProcess {
  readonly deps: AlertsDeps;
  look(): Promise<boolean>;
  /** Sends what is due on every channel. */
  deliver(): Promise<void>;
  /**
   * Moves the clock in steps of at most a minute, or the step given, with a look and deliveries after each.
   */
  pass(ms: number, stepMs?: number): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: rows of any shape, and every look is an assertion.
export type Row = Readonly<Record<string, any>>;

export interface RobotMessage {
  readonly robot: string;
  readonly body: {
    readonly msgUuid: string;
    readonly markdown: { readonly title: string; readonly text: string };
  };
}

export const SECRET = "SECtest";
export const TOLD_BY_ROBOT = (url: string): Environment => ({
  ALERT_DINGTALK_ROBOT_URL: `${url}/robot/send?access_token=signed`,
  ALERT_DINGTALK_ROBOT_SECRET: SECRET,
  ALERT_ALLOW_PRIVATE: "true",
});

const STEP_MS = 60_000;

export async function openAlerts(): Promise<Alerts> {
  const database = await createTestDatabase();
  const pool = createPool({ url: database.url, max: 8, logger: silentLogger });
  const clock = createManualClock(Date.now());
  const simulator = createSimulator({ qps: 0, clock });
  const { url } = await simulator.start();
  const control = async (address: string, body: object): Promise<void> => {
    const answer = await fetch(`${url}/_sim/${address}`, { method: "POST", body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
  };
  await control("switches", { robots: [{ token: "signed", secret: SECRET }] });
  // Somebody works: no process at all would be an incident of its own.
  await pool.query(
    "insert into loop_processes (id, target, mode, mapping_version, settings, state, seen_at) values (gen_random_uuid(), 'dingtalk', 'sync', '1', '', 'working', now() + interval '1 day')",
  );
  await pool.query(
    "insert into target_states (target, swept_at) values ('dingtalk', now() + interval '1 year')",
  );
  const rows = async (text: string): Promise<readonly Row[]> => (await pool.query(text)).rows;

  return {
    pool,
    clock,
    robotUrl: url,
    control,
    process(settings = TOLD_BY_ROBOT(url), logger = silentLogger) {
      const config = parseConfig({ PUBLIC_URL: "https://scim.example.com", ...settings });
      const app = {
        config,
        pool,
        clock,
        logger,
        traffic: createTraffic(),
        meter: createMeter(),
        refusals: createRefusalTally(clock),
      };
      const deps = { ...alertsDeps(app), paceMs: 0 };
      const own: AlertsProcess = {
        deps,
        look: () => evaluate({ ...deps, channels: deps.channels.map(({ name }) => name) }),
        async deliver() {
          const { signal } = new AbortController();
          await Promise.all(deps.channels.map((channel) => deliverDue(channel, deps, signal)));
        },
        async pass(ms, stepMs = STEP_MS) {
          for (let left = ms; left > 0; left -= stepMs) {
            await clock.advance(Math.min(left, stepMs));
            await own.look();
            await own.deliver();
          }
        },
      };
      return own;
    },
    robot: async () =>
      ((await (await fetch(`${url}/_sim/robot`)).json()) as { messages: readonly RobotMessage[] }).messages,
    async stuck(reasonCode, count, { kind = "user", answer, state = "parked" } = {}) {
      await seed(
        pool,
        `insert into entity_states (target, kind, entity_id, state, reason_code, last_answer, next_at)
         select 'dingtalk', $1, gen_random_uuid(), $2, $3, $4, case when $2 in ('due', 'waiting') then now() end from generate_series(1, $5)`,
        [kind, state, reasonCode, answer ?? null, count],
      );
    },
    async heal(reasonCode) {
      await seed(pool, "delete from entity_states where reason_code = $1", [reasonCode]);
    },
    incidents: () => rows("select * from incidents order by opened_at, id"),
    deliveries: () => rows("select * from incident_deliveries order by created_at, id"),
    async close() {
      await simulator.stop();
      await pool.end();
      await database.drop();
    },
  };
}
