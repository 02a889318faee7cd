import { createPersonalReads } from "../../api/personal-reads.ts";
import { readBuild } from "../../process/build.ts";
import { createIncidents } from "../../store/alerts/listing.ts";
import { createFeedStore } from "../../store/feed/feed-store.ts";
import { createEventLog } from "../../store/history/event-log.ts";
import { createPersonalReadLog } from "../../store/history/personal-reads.ts";
import { createSyncOperations } from "../../store/operations.ts";
import { readingFrom } from "../../store/replica.ts";
import { TARGET } from "../../targets/target-name.ts";
import type { ServerContext } from "../components.ts";

export type Readers = ReturnType<typeof openReaders>;

/** Readers that several addresses share. Lists come from the replica, if there is one. */
export function openReaders({ pool, vault, replica, clock }: ServerContext) {
  const log = {
    ...createEventLog(pool, vault),
    ...readingFrom(replica, pool, (from) => {
      const { list, related, histogram, story } = createEventLog(from, vault);
      return { list, related, histogram, story };
    }),
  };
  const operations = {
    ...createSyncOperations(pool, TARGET, clock),
    ...readingFrom(replica, pool, (from) => ({ items: createSyncOperations(from, TARGET, clock).items })),
  };
  return {
    past: { log, reads: createPersonalReads(createPersonalReadLog(pool), clock), clock },
    operations,
    incidents: createIncidents(pool, TARGET),
    feed: createFeedStore(pool, vault),
    build: readBuild(),
  };
}
