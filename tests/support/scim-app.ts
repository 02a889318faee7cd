import { systemClock } from "../../src/core/clock.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { createGroupDirectory } from "../../src/directory/groups.ts";
import { createUserDirectory } from "../../src/directory/users.ts";
import type { Scope } from "../../src/http/auth/scopes.ts";
import { scimMount } from "../../src/scim/router.ts";
import { createGroupStore } from "../../src/store/directory/groups.ts";
import { createUserStore } from "../../src/store/directory/users.ts";
import { createPool, type Pool } from "../../src/store/postgres/pool.ts";
import {
  BOOTSTRAP,
  createLineLogger,
  type Line,
  openDoor,
  PUBLIC_URL,
  SOURCE,
} from "../integration/http/door.ts";
import { createTestDatabase } from "./postgres/test-database.ts";
import { testVault } from "./vault.ts";

/** The SCIM service provider on a free port, with a new database. */
export interface ScimApp {
  /** URL of the SCIM root for clients. */
  readonly base: string;
  /** URL of the SCIM root in answers of the server, from PUBLIC_URL. */
  readonly publicBase: string;
  /** A token with the scope `provision` for the first source. */
  readonly token: string;
  readonly sourceId: string;
  readonly pool: Pool;
  /** URL of the database, as superuser. */
  readonly databaseUrl: string;
  /** The lines of the log. */
  readonly lines: readonly Line[];
  /** Creates another source, and returns a token for it. */
  addSource(name: string, scopes?: readonly Scope[]): Promise<string>;
  close(): Promise<void>;
}

export interface ScimAppOptions {
  readonly allowRemoveAllMembers?: boolean;
  /** Requests per second. No limit by default. */
  readonly ratePerClient?: number;
  /** Requests at the same time. No limit by default. */
  readonly concurrencyPerClient?: number;
}

export async function startScimApp({
  allowRemoveAllMembers = false,
  ratePerClient = 0,
  concurrencyPerClient = 0,
}: ScimAppOptions = {}): Promise<ScimApp> {
  const database = await createTestDatabase();
  const pool = createPool({ url: database.url, max: 10, logger: silentLogger });
  await pool.query("insert into sources (id, name) values ($1, 'test')", [SOURCE]);
  const targets = ["dingtalk"];
  const deps = {
    store: { ...createUserStore(pool, targets, testVault), ...createGroupStore(pool, targets, testVault) },
    clock: systemClock,
  };
  const { lines, logger } = createLineLogger();
  const directories = { users: createUserDirectory(deps), groups: createGroupDirectory(deps) };
  const mount = scimMount({ ...directories, logger, publicUrl: PUBLIC_URL, allowRemoveAllMembers });
  const door = await openDoor({ mounts: [mount], logger, ratePerClient, concurrencyPerClient });
  return {
    base: `${door.base}${mount.path}`,
    publicBase: `${PUBLIC_URL}${mount.path}`,
    token: BOOTSTRAP,
    sourceId: SOURCE,
    pool,
    databaseUrl: database.url,
    lines,
    async addSource(name, scopes = ["provision"]) {
      const { rows } = await pool.query(
        "insert into sources (id, name) values (gen_random_uuid(), $1) returning id",
        [name],
      );
      return door.tokens.add(scopes, { sourceId: rows[0].id }).text;
    },
    async close() {
      await door.server.stop(1_000);
      await pool.end();
      await database.drop();
    },
  };
}
