import type { Clock } from "../../core/clock.ts";
import type { Journal } from "../organisation/journal.ts";
import type { Organisation } from "../organisation/model.ts";
import { type Act, commit, type Outcome, perform, type Rule } from "../organisation/organisation.ts";
import type { EventDraft } from "../organisation/records.ts";
import type { Fields } from "../wire/fields.ts";
import type { Tally } from "./counters.ts";
import type { Faults } from "./faults.ts";
import type { Limits } from "./limits.ts";
import type { RoundTrip } from "./round-trip.ts";
import type { Tokens } from "./tokens.ts";

/** The state and the parts of one running simulator. */
export interface SimulatorState {
  /** `POST /_sim/reset` replaces it. */
  organisation: Organisation;
  readonly corpId: string;
  readonly seed: string;
  /** App key → app secret. */
  readonly apps: ReadonlyMap<string, string>;
  readonly clock: Clock;
  readonly tokens: Tokens;
  readonly limits: Limits;
  readonly roundTrip: RoundTrip;
  readonly faults: Faults;
  readonly tally: Tally;
  readonly journal: Journal;
  /** Sends events to the subscribers. */
  publish(events: readonly EventDraft[]): void;
  /** Drops the events that no subscriber has received yet. */
  forgetEvents(): void;
}

/**
 * Runs a rule. Then, in this order: writes its changes to the journal, applies them to the organisation, and
 * publishes its events.
 */
export function carryOut(state: SimulatorState, rule: Rule, fields: Fields, by: Act["by"]): Outcome {
  const { organisation } = state;
  const outcome = perform(organisation, rule, fields, { nowMs: state.clock.now().getTime(), by });
  if (outcome.changes.length > 0) {
    state.journal.append({ position: outcome.position, changes: outcome.changes });
    commit(organisation, outcome);
  }
  if (outcome.kind === "done" && outcome.events.length > 0) state.publish(outcome.events);
  return outcome;
}
