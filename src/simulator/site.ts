import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type Clock, systemClock } from "../core/clock.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import { createControl, isControl } from "./control/control.ts";
import { createHeldCalls } from "./control/held-calls.ts";
import { createMovableClock } from "./control/movable-clock.ts";
import { createMessages } from "./events/messages.ts";
import { createOutbox } from "./events/outbox.ts";
import { createPush } from "./events/push.ts";
import { createStreamGateway } from "./events/stream.ts";
import { createTally } from "./gateway/counters.ts";
import { createFaults } from "./gateway/faults.ts";
import { createGateway } from "./gateway/gateway.ts";
import { createLimits, limitsFor } from "./gateway/limits.ts";
import { createRoundTrip } from "./gateway/round-trip.ts";
import type { SimulatorState } from "./gateway/state.ts";
import { createTokens } from "./gateway/tokens.ts";
import { instanceOf } from "./instance.ts";
import { seedNumber } from "./organisation/identifiers.ts";
import { noJournal, openJournal } from "./organisation/journal.ts";
import { createOrganisation } from "./organisation/new-organisation.ts";
import { defaultSwitches } from "./organisation/switches.ts";
import { routeTable } from "./route-table.ts";
import type { Handling, HttpCall, Late } from "./wire/wire.ts";
import { createReports, isReport } from "./workday/reports.ts";

/** One simulated DingTalk without an HTTP server. */
export interface SimulatorApp {
  readonly clock: Clock;
  answer(call: HttpCall): Handling | Late;
  /** Resolves to true when a late call arrives, and to false if it never arrives. */
  arrives(late: Late, signal: AbortSignal): Promise<boolean>;
  /** Simulated network time in ms, spent once before a call and once before its answer. */
  latencyMs(call: HttpCall): number;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends the connections of subscribers and everything that waits. */
  stopServing(): void;
  closeJournal(): void;
}

export function createSimulatorApp(options: SimulatorOptions): SimulatorApp {
  const {
    appKey = "sandbox",
    appSecret = "sandbox",
    corpId = "dingsandbox",
    seed = "sandbox",
    qps = 20,
  } = options;
  const { logger = silentLogger } = options;
  const clock = createMovableClock(options.clock ?? systemClock);
  const held = createHeldCalls(clock);
  const fresh = () => createOrganisation({ corpId, seed, switches: defaultSwitches });
  const { journal, organisation } = options.journalPath
    ? openJournal(options.journalPath, fresh)
    : { journal: noJournal, organisation: fresh() };

  const stream = createStreamGateway({
    clock,
    seed: organisation.seed,
    settings: () => state.organisation.switches.stream,
  });
  const push = createPush({
    clock,
    logger,
    seed: organisation.seed,
    corpId,
    appKey,
    settings: () => state.organisation.switches.push,
  });
  // Clients ignore an eventId that they know, and they keep tokens. So the ids of a restarted process must
  // differ from those before. The start time is part of the seed for this reason.
  const startSeed = `${seed} ${clock.now().getTime()}`;
  const outbox = createOutbox({ seed: seedNumber(startSeed), corpId, nowMs: () => clock.now().getTime() }, [
    stream,
    push,
  ]);
  const messages = createMessages();
  const reports = createReports(appKey, appSecret);
  const { route, open } = routeTable({ messages, push, stream });

  const state: SimulatorState = {
    organisation,
    corpId,
    seed,
    apps: new Map([[appKey, appSecret]]),
    clock,
    tokens: createTokens(startSeed),
    limits: createLimits(limitsFor(qps)),
    roundTrip: createRoundTrip(organisation.seed),
    faults: createFaults((path) => (route(path) ?? open(path)) !== undefined),
    tally: createTally(),
    journal,
    publish: outbox.publish,
    forgetEvents: outbox.forget,
  };
  const gateway = createGateway(state, { route, open });
  const instance = instanceOf(options.journalPath);
  const control = createControl(state, {
    qps,
    route,
    stream,
    push,
    messages,
    reports,
    clock,
    held,
    instance,
  });
  return {
    clock,
    answer(call) {
      if (isControl(call.path)) return { kind: "answer", reply: control(call), afterMs: 0 };
      return isReport(call.path) ? reports.answer(call) : gateway(call);
    },
    arrives: ({ path, heldMs }, signal) => held.hold(path, heldMs, signal),
    latencyMs: (call) => (isControl(call.path) ? 0 : state.roundTrip.nextWayMs()),
    upgrade: stream.upgrade,
    stopServing() {
      stream.stop();
      push.stop();
    },
    closeJournal: () => journal.close(),
  };
}
export interface SimulatorOptions {
  /** 0 means any free port. */
  readonly port?: number;
  readonly host?: string;
  readonly appKey?: string;
  readonly appSecret?: string;
  readonly corpId?: string;
  /** The same seed and the same calls give the same ids of people and departments. */
  readonly seed?: string;
  readonly clock?: Clock;
  /**
   * File that stores the organisation, so that it survives a restart or a crash. Without it the organisation
   * is only in memory.
   */
  readonly journalPath?: string;
  /** Calls per second for each app and API. 0 means no limit. */
  readonly qps?: number;
  readonly logger?: Logger;
}
