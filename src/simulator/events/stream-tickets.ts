import type { Clock } from "../../core/clock.ts";
import type { Subscription } from "./stream-frames.ts";

/** A ticket opens one connection, and only within this time (docs/dingtalk.md 10.2). */
export const TICKET_MS = 90_000;

export interface Grant {
  readonly appKey: string;
  readonly subscriptions: readonly Subscription[];
}

/** Tickets: each opens one connection, and expires after `TICKET_MS`. */
export function createTickets(clock: Clock) {
  const given = new Map<string, Grant & { readonly untilMs: number }>();
  return {
    give: (ticket: string, grant: Grant): void =>
      void given.set(ticket, { ...grant, untilMs: clock.now().getTime() + TICKET_MS }),
    take(ticket: string): Grant | undefined {
      const grant = given.get(ticket);
      given.delete(ticket);
      return grant && clock.now().getTime() < grant.untilMs
        ? { appKey: grant.appKey, subscriptions: grant.subscriptions }
        : undefined;
    },
  };
}
