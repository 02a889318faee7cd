import { systemClock } from "../../core/clock.ts";
import type { Scope } from "../../http/auth/scopes.ts";
import { ACTOR, withRecords } from "../database/records.ts";
import { say } from "../terminal/output.ts";

const SCOPES: readonly Scope[] = ["provision", "history:read", "admin"];
const LIFE_MS = 60 * 60_000;

/**
 * Runs `work` with a new token in the database of the server on this machine, and always revokes it
 * afterwards. The database connection is closed meanwhile, because the server and its database may be
 * restarted.
 */
export async function withOwnToken<T>(work: (token: string) => Promise<T>): Promise<T> {
  const made = await withRecords(async ({ sources, tokens }) => {
    const { id: sourceId } = await sources.ensureDefault();
    const expiresAt = new Date(systemClock.now().getTime() + LIFE_MS);
    return tokens.create(ACTOR, { name: "demo", sourceId, scopes: SCOPES, expiresAt });
  });
  try {
    return await work(made.text);
  } finally {
    await revoke(made.id);
  }
}

async function revoke(id: string): Promise<void> {
  try {
    await withRecords(({ tokens }) => tokens.revoke(ACTOR, id));
  } catch (error) {
    // A failure here must not hide the result of the work.
    say(
      `The demo's token ${id} could not be revoked and ends by itself within the hour (${error instanceof Error ? error.message : String(error)}).`,
    );
  }
}
