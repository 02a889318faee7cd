import { createScimClient, type Exchange, type ScimClient } from "../../conformance/client.ts";
import { type ScimApp, startScimApp } from "../../support/scim-app.ts";

export interface OpenScim {
  readonly app: ScimApp;
  readonly scim: ScimClient;
  /** A client of another source. */
  stranger(): Promise<ScimClient>;
  /** All that SCIM requests can change, in a form that can be compared. */
  contents(): Promise<unknown>;
  close(): Promise<void>;
}

const TABLES = ["users", "groups", "group_members", "group_children", "entity_states", "history"] as const;

export async function openScim(observe?: (exchange: Exchange) => void): Promise<OpenScim> {
  const app = await startScimApp();
  const client = (token: string) =>
    createScimClient({ base: app.base, token, ...(observe ? { observe } : {}) });
  return {
    app,
    scim: client(app.token),
    stranger: async () => client(await app.addSource("stranger")),
    async contents() {
      const one = async (table: string) => {
        const { rows } = await app.pool.query(
          `select count(*) as count, md5(string_agg(t::text, ',' order by t::text)) as digest from ${table} t`,
        );
        return [table, rows[0]];
      };
      return Object.fromEntries(await Promise.all(TABLES.map(one)));
    },
    close: () => app.close(),
  };
}
