import { type Request, type Response, Router } from "express";
import type { Clock } from "../core/clock.ts";
import { isCanonicalUuid } from "../core/id.ts";
import type { Logger } from "../core/logger.ts";
import type { SinkEntry } from "../feed/file.ts";
import type { FeedStore } from "../feed/ports.ts";
import { isSecurityEvent, securityEventOf } from "../feed/security-event.ts";
import { sendJson } from "../http/answer.ts";
import type { SecurityEventTokens } from "../http/auth/oauth/security-event-tokens.ts";
import { readJsonBody } from "../http/body.ts";
import { NotFoundPath } from "../http/errors.ts";
import { methodNotAllowed } from "../http/methods.ts";
import type { Mount } from "../http/mount.ts";
import { requireRight } from "../http/request-context.ts";
import { operatorEvent } from "../reconcile/operator-event.ts";
import { InvalidParameter } from "./query-values.ts";
import { fieldsOf, operatorOf } from "./requests.ts";

export interface FeedEndpointOptions {
  readonly entries: readonly SinkEntry[];
  readonly store: FeedStore;
  readonly tokens: SecurityEventTokens;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly target: string;
}

/** `/api/feed`: consumers of events and their positions, repeating events, and polling (RFC 8936). */
export function feedEndpoint({ entries, store, tokens, clock, logger, target }: FeedEndpointOptions): Mount {
  const router = Router();

  const consumers = async () => {
    const known = new Map((await store.figures()).map((figures) => [figures.consumer, figures]));
    return entries.map(({ name, kind }) => {
      const { position = 0, behind = 0, attempts = 0, oldest, error, movedAt } = known.get(name) ?? {};
      return {
        name,
        kind,
        position,
        behind,
        oldestAt: oldest ?? null,
        failures: attempts,
        error: error ?? null,
        movedAt: movedAt ?? null,
      };
    });
  };

  router
    .route("/")
    .get(async (_req: Request, res: Response) => sendJson(res, 200, { consumers: await consumers() }))
    .all(methodNotAllowed("GET"));

  router
    .route("/:name/replay")
    .post(requireRight("operate"), readJsonBody(), async (req: Request<{ name: string }>, res: Response) => {
      const { name } = req.params;
      if (!entries.some((entry) => entry.name === name)) throw new NotFoundPath();
      const from = wholeNumber(fieldsOf(req.body)?.["from"], "from", 1);
      const event = operatorEvent(
        "operator.replay",
        operatorOf(res),
        { clock, target },
        { consumer: name, from },
      );
      await store.register([name]);
      if (!(await store.replay(name, from, event)))
        throw new InvalidParameter("from must not be beyond the newest event");
      sendJson(res, 200, { consumers: await consumers() });
    })
    .all(methodNotAllowed("POST"));

  router
    .route("/:name/poll")
    .post(readJsonBody(), async (req: Request<{ name: string }>, res: Response) => {
      const entry = entries.find(({ name, kind }) => name === req.params.name && kind === "poll");
      if (entry?.kind !== "poll") throw new NotFoundPath();
      const asked = pollOf(req.body);
      for (const error of asked.errors)
        logger.warn(
          { task: entry.name, answer: error.code, eventId: error.id },
          "a receiver of the feed rejected an event",
        );
      await store.register([entry.name]);
      const untilMs = clock.monotonicMs() + (asked.returnImmediately || asked.count === 0 ? 0 : POLL_MS);
      let acknowledged = asked.acknowledged;
      for (;;) {
        await store.order();
        const { events, more } = await store.poll(entry.name, {
          acknowledged,
          count: asked.count,
          wants: isSecurityEvent,
        });
        if (events.length > 0 || clock.monotonicMs() >= untilMs || res.closed) {
          const sets = await Promise.all(
            events.map(async ({ event }) => {
              const about = securityEventOf(event)!; // `wants` let nothing else through
              return [about.id, await tokens.sign({ ...about, audience: entry.audience })] as const;
            }),
          );
          return sendJson(res, 200, {
            sets: Object.fromEntries(sets),
            ...(more ? { moreAvailable: true } : {}),
          });
        }
        acknowledged = [];
        await clock.sleep(LOOK_MS);
      }
    })
    .all(methodNotAllowed("POST"));

  return { path: "/api/feed", access: ["admin", "history:read"], handler: router };
}

/** Maximum wait of a poll in milliseconds, and the interval of its checks. */
const POLL_MS = 20_000;
const LOOK_MS = 500;
const MOST_EVENTS = 100;
const MOST_ACKNOWLEDGED = 1_000;

interface Poll {
  readonly count: number;
  readonly returnImmediately: boolean;
  /** Includes those with errors, because a repetition would not help. */
  readonly acknowledged: readonly string[];
  readonly errors: readonly { readonly id: string; readonly code: string }[];
}

/** RFC 8936 section 2.4. */
function pollOf(body: unknown): Poll {
  const fields = fieldsOf(body);
  if (!fields || Array.isArray(body)) throw new InvalidParameter("the body must be a JSON object");
  const { maxEvents, returnImmediately = false, ack = [], setErrs = {} } = fields;
  if (typeof returnImmediately !== "boolean")
    throw new InvalidParameter("returnImmediately must be true or false");
  if (!Array.isArray(ack) || !ack.every(isId))
    throw new InvalidParameter("ack must be a list of ids of tokens");
  const errors = Object.entries(fieldsOf(setErrs) ?? {}).map(([id, error]) => {
    const code = fieldsOf(error)?.["err"];
    if (!isId(id) || typeof code !== "string")
      throw new InvalidParameter("setErrs must have an err for each id of a token");
    return { id, code: /^[\w-]{1,60}$/.test(code) ? code : "other" };
  });
  const acknowledged = [...ack, ...errors.map(({ id }) => id)];
  if (acknowledged.length > MOST_ACKNOWLEDGED)
    throw new InvalidParameter(`ack and setErrs may have ${MOST_ACKNOWLEDGED} ids together`);
  const count =
    maxEvents === undefined ? MOST_EVENTS : Math.min(MOST_EVENTS, wholeNumber(maxEvents, "maxEvents", 0));
  return { count, returnImmediately, acknowledged, errors };
}

const isId = (value: unknown): value is string => typeof value === "string" && isCanonicalUuid(value);

function wholeNumber(value: unknown, name: string, least: number): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least)
    throw new InvalidParameter(`${name} must be a whole number from ${least}`);
  return value;
}
