import { randomBytes } from "node:crypto";
import { Client } from "pg";

export interface TestDatabase {
  /** A direct connection as superuser. */
  readonly url: string;
  /** Closes whatever is still connected and removes the database. */
  drop(): Promise<void>;
}

/** Handed from the global set-up to the test workers. */
export const SERVER_VARIABLE = "TEST_POSTGRES_SERVER";
export const TEMPLATE_VARIABLE = "TEST_POSTGRES_TEMPLATE";
/** Every table of the template with its rows, as JSON. */
export const SEEDS_VARIABLE = "TEST_POSTGRES_SEEDS";

/** A database of one's own, with the product's tables and the queue's schema, copied from the template of this run (25 to 50 ms). */
export const createTestDatabase = (): Promise<TestDatabase> => create(fromSetUp(TEMPLATE_VARIABLE));

/** The same without any tables. */
export const createEmptyDatabase = (): Promise<TestDatabase> => create("template0");

async function create(template: string): Promise<TestDatabase> {
  const server = fromSetUp(SERVER_VARIABLE);
  // Databases of this run share the template's name as prefix, by which the tear-down finds them.
  const name = `${fromSetUp(TEMPLATE_VARIABLE)}_${randomBytes(6).toString("hex")}`;
  await runOn(server, `create database ${name} template ${template} strategy file_copy`);
  return { url: databaseUrl(server, name), drop: () => runOn(server, `drop database if exists ${name} with (force)`) };
}

export async function runOn(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** The same server and user, another database. */
export function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

function fromSetUp(variable: string): string {
  const value = process.env[variable];
  if (value === undefined)
    throw new Error(`${variable} is not set: this test needs a project whose globalSetup is tests/support/postgres-global-setup.ts`);
  return value;
}
