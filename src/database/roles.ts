import { Client, escapeIdentifier } from "pg";
import { CannotStart } from "../core/errors.ts";

/*
 * Database users other than the owner of the tables. `api`: a process that answers requests. `worker`: a
 * process that runs the loop and signs the history. `auditor`: a person who only reads the history. None of
 * them can change or remove events. Values are erased only by functions of the owner, which a trigger limits
 * (migration history_roles). The kind of a user is derived from its grants and not stored
 * (docs/threats.md T43).
 */

export const ROLE_KINDS = ["api", "worker", "auditor"] as const;
export type RoleKind = (typeof ROLE_KINDS)[number];

export interface DatabaseRole {
  readonly name: string;
  readonly kind: RoleKind;
}

type Privilege = "select" | "insert" | "update" | "delete";
type Rights = Readonly<Record<string, readonly (Privilege | `update (${string})`)[]>>;

/** Rights on the tables of the history and of the installation. All other tables have EVERYTHING_ELSE. */
const SPECIAL: Readonly<Record<Exclude<RoleKind, "auditor">, Rights>> = {
  api: {
    history: ["select", "insert"],
    history_log: ["select"],
    history_log_keys: ["select"],
    history_leaves: ["select"],
    history_tiles: ["select"],
    history_checkpoints: ["select"],
    // The first process of an installation stores the id of its key.
    encryption_key: ["select", "insert"],
    _prisma_migrations: ["select"],
  },
  worker: {
    history: ["select", "insert"],
    history_log: ["select", "insert", "update (size, looked_at, checked_at, check_began_at, fault)"],
    history_log_keys: ["select", "insert", "update (until)"],
    history_leaves: ["select", "insert"],
    history_tiles: ["select", "insert", "update (hashes)"],
    // Checkpoints that are not the last of their hour are deleted.
    history_checkpoints: ["select", "insert", "update (note, published_at)", "delete"],
    encryption_key: ["select", "insert", "update (id, since)"],
    _prisma_migrations: ["select"],
  },
};
const EVERYTHING_ELSE: readonly Privilege[] = ["select", "insert", "update", "delete"];

/** Tables that an auditor may read. `without`: a column with values, which the auditor may not read. */
const AUDITED: Readonly<Record<string, { readonly without?: string }>> = {
  history: { without: "changes" },
  history_log: {},
  history_log_keys: {},
  history_leaves: {},
  history_tiles: {},
  history_checkpoints: {},
  erasures: {},
  legal_holds: {},
  _prisma_migrations: {},
};

const FORGETTING = [
  "history_forget_values(uuid[])",
  "history_forget_events(uuid[])",
  "history_encrypt_values(json)",
] as const;
const QUEUE = "graphile_worker";

interface Table {
  readonly table: string;
  readonly columns: readonly string[];
  readonly isView: boolean;
}

/**
 * Statements that give a role the rights of its kind, and revoke all its other rights on the product's
 * tables.
 */
function grantsOf(
  { name, kind }: DatabaseRole,
  tables: readonly Table[],
  guarded: readonly string[],
): readonly string[] {
  const role = escapeIdentifier(name);
  const all = [
    `all on all tables in schema public, ${QUEUE}`,
    `all on all sequences in schema public, ${QUEUE}`,
  ];
  const taken = [
    ...all.map((what) => `revoke ${what} from ${role}`),
    ...FORGETTING.map((each) => `revoke all on function ${each} from ${role}`),
  ];
  if (kind === "auditor") {
    const read = tables.flatMap(({ table, columns }) => {
      const audited = AUDITED[table];
      if (!audited) return [];
      const readable =
        audited.without === undefined
          ? ""
          : ` (${columns.filter((column) => column !== audited.without).join(", ")})`;
      return [`grant select${readable} on public.${escapeIdentifier(table)} to ${role}`];
    });
    // Every command first checks whether the database is up to date.
    return [
      ...taken,
      `grant usage on schema public, ${QUEUE} to ${role}`,
      `grant select on ${QUEUE}.migrations to ${role}`,
      ...read,
    ];
  }
  const given = tables.map(({ table, isView }) => {
    const rights = SPECIAL[kind][table] ?? (isView ? ["select"] : EVERYTHING_ELSE);
    return `grant ${rights.join(", ")} on public.${escapeIdentifier(table)} to ${role}`;
  });
  return [
    ...taken,
    `grant usage on schema public, ${QUEUE} to ${role}`,
    ...given,
    // The queue only wakes workers; it is no evidence.
    `grant select, insert, update, delete on all tables in schema ${QUEUE} to ${role}`,
    `grant usage on all sequences in schema public, ${QUEUE} to ${role}`,
    ...guarded.flatMap((table) => [
      `drop policy if exists ${policyOf(name)} on ${QUEUE}.${escapeIdentifier(table)}`,
      `create policy ${policyOf(name)} on ${QUEUE}.${escapeIdentifier(table)} to ${role} using (true) with check (true)`,
    ]),
    ...(kind === "worker" ? FORGETTING.map((each) => `grant execute on function ${each} to ${role}`) : []),
  ];
}

const policyOf = (name: string): string => escapeIdentifier(`dingtalk-scim ${name}`.slice(0, 63));

const TABLES = `
  select c.relname as table, c.relkind <> 'r' as "isView", array_agg(quote_ident(a.attname) order by a.attnum) as columns
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'm') and pg_has_role(c.relowner, 'usage') group by 1, 2 order by c.relname`;

/** Tables of the queue with row security: only their owner and roles with a policy see their rows. */
const GUARDED = `select c.relname as name from pg_class c where c.relnamespace = to_regnamespace('${QUEUE}') and c.relkind = 'r' and c.relrowsecurity order by 1`;

/**
 * The kind of each role by its grants: insert on history_leaves is a worker, insert on history is api, select
 * only is an auditor.
 */
const KNOWN = `
  with rights as (
    select c.relname, a.grantee, array_agg(a.privilege_type) as may from pg_class c, aclexplode(c.relacl) a
    where c.relname in ('history', 'history_leaves') and c.relnamespace = 'public'::regnamespace and a.grantee not in (0, c.relowner) group by 1, 2)
  select r.rolname as name, case when 'INSERT' = any(l.may) then 'worker' when 'INSERT' = any(h.may) then 'api' else 'auditor' end as kind
  from rights l join pg_roles r on r.oid = l.grantee left join rights h on h.grantee = l.grantee and h.relname = 'history'
  where l.relname = 'history_leaves' and 'SELECT' = any(l.may) order by 1`;

const OWNED =
  "select pg_has_role(c.relowner, 'usage') as mine from pg_class c where c.oid = to_regclass('public.history')";

/** The reason why a name cannot be used as a role: there is no such user, or grants cannot restrict it. */
const PROBLEM = `
  select case when r.oid is null then 'the database has no such user; create it first: create role NAME login password ''…'''
    when r.rolsuper or r.rolbypassrls then 'it is a superuser or bypasses row security; use another user'
    when pg_has_role(r.oid, c.relowner, 'member') then 'it is the owner of the tables, or a member of the owner; use another user' end as problem
  from pg_class c left join pg_roles r on r.rolname = $1 where c.oid = to_regclass('public.history')`;

/** All database users with grants on the history, each with its kind. */
export const knownRoles = (connectionString: string): Promise<readonly DatabaseRole[]> =>
  connected(connectionString, async (client) => (await client.query<DatabaseRole>(KNOWN)).rows);

/**
 * Gives each role the rights of its kind and revokes all others, in one transaction. Returns the statements.
 * Rejects with CannotStart if the address is not that of the owner, or if grants cannot restrict a role.
 */
export const grantRoles = (
  connectionString: string,
  roles: readonly DatabaseRole[],
): Promise<readonly string[]> =>
  connected(connectionString, async (client) => {
    const problems = [];
    if ((await client.query(OWNED)).rows[0]?.mine !== true)
      throw new CannotStart([
        "DATABASE_URL must be the address of the owner of the tables: the user that applied the migrations",
      ]);
    for (const { name } of roles) {
      const problem: string | null = (await client.query(PROBLEM, [name])).rows[0].problem;
      if (problem !== null) problems.push(`${name}: ${problem}`);
    }
    if (problems.length > 0) throw new CannotStart(problems);
    const tables = (await client.query<Table & { columns: string[] }>(TABLES)).rows;
    const guarded = (await client.query<{ name: string }>(GUARDED)).rows.map(({ name }) => name);
    const statements = roles.flatMap((role) => grantsOf(role, tables, guarded));
    // The lock separates two processes that grant at the same time. Both would update the same rows of the
    // catalogue.
    await client.query(
      "begin; set local lock_timeout = '4s'; select pg_advisory_xact_lock(hashtextextended('database-roles', 0))",
    );
    for (const statement of statements) await client.query(statement);
    await client.query("commit");
    return statements;
  });

/** Grants rights on new tables to the existing roles, after a migration. Returns the roles. */
export async function grantAgain(connectionString: string): Promise<readonly DatabaseRole[]> {
  const roles = await knownRoles(connectionString);
  if (roles.length > 0) await grantRoles(connectionString, roles);
  return roles;
}

async function connected<T>(connectionString: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 10_000 });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
