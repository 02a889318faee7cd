import { hostname } from "node:os";
import { type ActorNames, historyEndpoint } from "../../api/history/events.ts";
import { evidenceEndpoint } from "../../api/history/evidence.ts";
import { leaversEndpoint } from "../../api/history/leavers.ts";
import { logMounts } from "../../api/history/log.ts";
import { organisationEndpoint } from "../../api/history/organisation.ts";
import { createEvidencePacks } from "../../evidence/pack/packs.ts";
import type { Mount } from "../../http/mount.ts";
import { createEventAppender } from "../../store/history/event-appender.ts";
import { createEventLog } from "../../store/history/event-log.ts";
import { createPackStore } from "../../store/history/evidence-packs.ts";
import { createLogReader } from "../../store/history/log/reader.ts";
import type { ServerContext } from "../components.ts";
import type { Readers } from "./readers.ts";

/** The history for auditors: reading, proofs and exports. */
export function historyMounts(
  app: ServerContext,
  { past, build }: Readers,
  actorNames: ActorNames,
): readonly Mount[] {
  const { config, pool, vault, clock, logger } = app;
  const { version } = build;
  const entries = createLogReader(pool);
  const events = createEventAppender(pool);
  const packs = createEvidencePacks({
    store: createPackStore(pool),
    // The primary database, because a replica may be behind.
    log: createEventLog(pool, vault),
    entries,
    events,
    clock,
    logger,
    limitMinutes: config.leaverMinutes,
    version,
    host: hostname(),
  });
  return [
    historyEndpoint({ ...past, entries, events, version, actorNames }),
    ...logMounts(entries),
    leaversEndpoint({ log: past.log, limitMinutes: config.leaverMinutes, clock }),
    organisationEndpoint(past),
    evidenceEndpoint({ packs, clock }),
  ];
}
