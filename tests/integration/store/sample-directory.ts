import type { EntityRef, JsonObject } from "../../../src/core/entity.ts";
import { uuidv7 } from "../../../src/core/id.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import type { StoredGroup } from "../../../src/directory/group.ts";
import type { ListQuery, Page } from "../../../src/directory/list-query.ts";
import type { Fact } from "../../../src/directory/ports.ts";
import type { StoredUser } from "../../../src/directory/user.ts";
import type { FilterNode } from "../../../src/filter/ast.ts";
import { parseFilter, parseSortBy } from "../../../src/scim/filter.ts";
import { groupContent, userContent } from "../../../src/scim/resource/columns.ts";
import { groupResource, userResource } from "../../../src/scim/schema/schemas.ts";
import { createGroupStore } from "../../../src/store/directory/groups.ts";
import { createUserStore } from "../../../src/store/directory/users.ts";
import type { Pool } from "../../../src/store/postgres/pool.ts";
import { createPool } from "../../../src/store/postgres/pool.ts";
import { createTestDatabase } from "../../support/postgres/test-database.ts";
import { testVault } from "../../support/vault.ts";

/**
 * A directory on a database of its own, written through the store; lists are asked for with the text of
 * filter and sort attribute.
 */
export interface SampleDirectory {
  readonly pool: Pool;
  readonly sourceId: string;
  addSource(): Promise<string>;
  addUser(document: JsonObject, at?: Date, sourceId?: string): Promise<StoredUser>;
  addGroup(document: JsonObject, members?: readonly string[], sourceId?: string): Promise<StoredGroup>;
  removeUser(id: string, sourceId?: string): Promise<void>;
  users(request: ListRequest, sourceId?: string): Promise<Page<StoredUser>>;
  groups(request: ListRequest, sourceId?: string): Promise<Page<StoredGroup>>;
  close(): Promise<void>;
}

export interface ListRequest {
  readonly filter?: string;
  /** A filter that is a tree already. */
  readonly tree?: FilterNode;
  readonly sortBy?: string;
  readonly descending?: boolean;
  readonly startIndex?: number;
  /** The position a page before gave; `null` starts paging by position. */
  readonly cursor?: string | null;
  readonly count?: number;
}

export async function createSampleDirectory(): Promise<SampleDirectory> {
  const database = await createTestDatabase();
  const pool = createPool({ url: database.url, max: 8, logger: silentLogger });
  const userStore = createUserStore(pool, [], testVault);
  const groupStore = createGroupStore(pool, [], testVault);
  let clock = Date.parse("2026-01-01T00:00:00Z");

  const tick = (): Date => {
    clock += 1_000;
    return new Date(clock);
  };

  async function addSource(): Promise<string> {
    const id = uuidv7(clock);
    await pool.query("insert into sources (id, name) values ($1, $2)", [id, id]);
    return id;
  }

  const sourceId = await addSource();

  return {
    pool,
    sourceId,
    addSource,
    addUser(document, at = tick(), source = sourceId) {
      const id = uuidv7(at.getTime());
      return userStore.insertUser(
        source,
        id,
        userContent(document),
        at,
        fact(at, source, { kind: "user", id }),
      );
    },
    async addGroup(document, members = [], source = sourceId) {
      const at = tick();
      const id = uuidv7(at.getTime());
      const made = await groupStore.insertGroup(
        source,
        id,
        groupContent(document),
        members,
        at,
        fact(at, source, { kind: "group", id }),
      );
      if (made.kind !== "changed" && made.kind !== "unchanged")
        throw new Error(`the group was not made: ${made.kind}`);
      return made.group;
    },
    async removeUser(id, source = sourceId) {
      const user = await userStore.getUser(source, id);
      if (
        !user ||
        !(await userStore.deleteUser(source, id, user.version, fact(tick(), source, { kind: "user", id })))
      )
        throw new Error("nobody was removed");
    },
    users: (request, source = sourceId) => userStore.listUsers(source, listQuery("User", request)),
    groups: (request, source = sourceId) => groupStore.listGroups(source, listQuery("Group", request)),
    async close() {
      await pool.end();
      await database.drop();
    },
  };
}

export function listQuery(resource: "User" | "Group", request: ListRequest): ListQuery {
  const schema = resource === "User" ? userResource : groupResource;
  const { filter, tree, sortBy, descending = false, startIndex = 1, cursor, count = 100 } = request;
  const attribute = sortBy === undefined ? undefined : parseSortBy(schema, sortBy);
  if (sortBy !== undefined && !attribute) throw new Error(`nothing is sorted by ${sortBy}`);
  return {
    ...(filter === undefined ? (tree ? { filter: tree } : {}) : { filter: parseFilter(schema, filter) }),
    ...(attribute ? { sort: { attribute, descending } } : {}),
    start:
      cursor === undefined ? { kind: "index", startIndex } : { kind: "after", position: cursor ?? undefined },
    count,
  };
}

function fact(at: Date, sourceId: string, subject: EntityRef): Fact {
  const event = {
    id: uuidv7(at.getTime()),
    at,
    code: "user.created",
    actor: "test",
    sourceId,
    causes: [],
    subject,
  } as const;
  return { event, marks: [] };
}
