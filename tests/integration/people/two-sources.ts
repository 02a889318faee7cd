import { randomUUID } from "node:crypto";
import { dateDeps } from "../../../src/compose/person-deps.ts";
import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import type { RequestContext } from "../../../src/directory/context.ts";
import { createGroupDirectory, type GroupDirectory } from "../../../src/directory/groups.ts";
import { createUserDirectory, type UserDirectory } from "../../../src/directory/users.ts";
import { compileMapping } from "../../../src/mapping/compile.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import type { SourceRules } from "../../../src/mapping/sources.ts";
import type { JoinOperations } from "../../../src/persons/ports.ts";
import { userContent } from "../../../src/scim/resource/columns.ts";
import { readGroup, readUser } from "../../../src/scim/resource/resource.ts";
import { createDirectoryStore } from "../../../src/store/create.ts";
import { type DateDeps, NO_DATES } from "../../../src/store/people/dates.ts";
import { createJoinOperations } from "../../../src/store/people/operations.ts";
import type { TestEnvironment } from "../../support/test-environment.ts";
import { testVault } from "../../support/vault.ts";

/** Sources that write the same people, as a process with these rules has them. */
export interface Sources {
  readonly rules: SourceRules;
  readonly dates: DateDeps;
  readonly joins: JoinOperations;
  readonly source: (name: string) => Source;
}

export interface Source {
  readonly id: string;
  create(document: JsonObject): Promise<string>;
  read(id: string): Promise<JsonObject>;
  change(id: string, change: JsonObject): Promise<void>;
  remove(id: string): Promise<void>;
  group(displayName: string, members?: readonly string[]): Promise<string>;
  readonly users: UserDirectory;
  readonly groups: GroupDirectory;
  readonly context: () => RequestContext;
}

/** `block`: the block `sources` of the mapping, indented. Without dates they have no effect. */
export async function openSources(
  env: TestEnvironment,
  block: string,
  names: readonly string[] = ["workday", "entra"],
  { withDates = false }: { readonly withDates?: boolean } = {},
): Promise<Sources> {
  const mapping = compileMapping(`${DEFAULT_MAPPING}\nsources:\n${block}\n`);
  const rules = mapping.sources;
  const dates: DateDeps = withDates ? dateDeps(mapping) : NO_DATES;
  const deps = {
    store: createDirectoryStore(env.pool, ["dingtalk"], testVault, { rules, dates }),
    clock: systemClock,
  };
  const users = createUserDirectory(deps);
  const groups = createGroupDirectory(deps);
  const made = new Map<string, Source>();
  for (const name of names) {
    const id = randomUUID();
    await env.pool.query("insert into sources (id, name) values ($1, $2)", [id, name]);
    const context = (): RequestContext => ({ sourceId: id, actor: `token:${name}`, requestId: randomUUID() });
    made.set(name, {
      id,
      users,
      groups,
      context,
      create: async (document) => (await users.create(context(), readUser(document))).id,
      read: async (user) => JSON.parse((await users.get(context(), user)).document) as JsonObject,
      async change(user, change) {
        await users.change(context(), user, (current) => userContent({ ...current, ...change }));
      },
      remove: (user) => users.remove(context(), user),
      group: async (displayName, members = []) =>
        (await groups.create(context(), readGroup({ displayName }).content, members)).id,
    });
  }
  return {
    rules,
    dates,
    joins: createJoinOperations(env.pool, { rules, vault: testVault, targets: ["dingtalk"], dates }),
    source: (name) => made.get(name)!,
  };
}

export const by = () => ({ at: systemClock.now(), actor: "token:operator", causes: [] });

/** Calls that write, by their address. */
export async function writes(env: TestEnvironment): Promise<number> {
  return Object.entries(await env.calls())
    .filter(([api]) => /\/(create|update|delete)/i.test(api))
    .reduce((sum, [, { count }]) => sum + count, 0);
}

/** The effective person, and whether there is one of several records. */
export async function personOf(
  env: TestEnvironment,
  id: string,
): Promise<
  { readonly document: JsonObject; readonly active: boolean; readonly records: readonly string[] } | undefined
> {
  const { rows } = await env.pool.query<{
    document: string | JsonObject;
    active: boolean;
    record_ids: string[];
  }>("select document, active, record_ids from people where id = $1", [id]);
  const [row] = rows;
  if (!row) return undefined;
  const document = (typeof row.document === "string" ? JSON.parse(row.document) : row.document) as JsonObject;
  return { document, active: row.active, records: row.record_ids };
}
