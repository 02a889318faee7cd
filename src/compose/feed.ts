import { readFileSync } from "node:fs";
import { createOutbound } from "../alerts/channels/outbound.ts";
import { CannotStart } from "../core/errors.ts";
import { Secret } from "../core/secrets/secret.ts";
import type { Turns } from "../core/turns.ts";
import { unreadable } from "../core/unreadable.ts";
import { startFeed } from "../feed/run.ts";
import { openSinks, type SinkDeps } from "../feed/sinks/open-sinks.ts";
import { createFeedStore } from "../store/feed/feed-store.ts";
import type { AppContext } from "./components.ts";
import { loadFeed } from "./load-rules.ts";

/* Events of the history to other systems. */

/**
 * Runs in processes of the loop, never in those that only answer SCIM. Does nothing without FEED_FILE. Throws
 * CannotStart for an invalid file, or a missing library or secret.
 */
export async function openFeed(
  { config, pool, vault, clock, logger }: AppContext,
  own: Pick<SinkDeps, "load"> & { readonly everyMs?: number } = {},
): Promise<Turns> {
  const entries = loadFeed(config);
  if (entries.length === 0) return { stop: async () => undefined };
  const { everyMs, ...more } = own;
  const sinks = await openSinks(entries, {
    source: config.publicUrl,
    outbound: (allowPrivate) => createOutbound({ allowPrivate }),
    secretIn,
    clock,
    ...more,
  });
  const consumers = entries.map(({ name }) => name);
  return startFeed({
    store: createFeedStore(pool, vault),
    sinks,
    consumers,
    clock,
    logger,
    random: Math.random,
    ...(everyMs === undefined ? {} : { everyMs }),
  });
}

function secretIn(file: string): Secret {
  try {
    return new Secret(readFileSync(file, "utf8").trim());
  } catch (cause) {
    throw new CannotStart([unreadable(`FEED_FILE: the file of secrets ${file}`, cause)], { cause });
  }
}
