import type { Config } from "../../settings/config.ts";
import { createPool } from "../../store/postgres/pool.ts";
import { type Replica, watchReplica } from "../../store/replica.ts";
import type { ServerContext } from "../components.ts";

/** For the history and the dashboard. */
const REPLICA_POOL_SIZE = 5;

/** Undefined: there is no replica. */
export function openReplica(
  { databaseReadUrl }: Config,
  { pool, clock, logger }: Pick<ServerContext, "pool" | "clock" | "logger">,
): Replica | undefined {
  if (databaseReadUrl === undefined) return undefined;
  return watchReplica({
    primary: pool,
    pool: createPool({ url: databaseReadUrl.reveal(), max: REPLICA_POOL_SIZE, logger }),
    clock,
    logger,
  });
}
