import { systemClock } from "../../core/clock.ts";
import { uuidv7 } from "../../core/id.ts";
import { readBuild } from "../../process/build.ts";
import type { Config } from "../../settings/config.ts";
import { readSources } from "../../settings/environment.ts";
import { digestOfSettings } from "../../settings/settings-digest.ts";
import { createEventAppender } from "../../store/history/event-appender.ts";
import type { Pool } from "../../store/postgres/pool.ts";

/** With what this process runs, as an event: names of settings, and a digest that changes with them. */
export async function noteStart(pool: Pool, { role }: Config): Promise<void> {
  const at = systemClock.now();
  const { settings, digest } = digestOfSettings(readSources().environment);
  const detail = { version: readBuild().version, role, settings, digest };
  await createEventAppender(pool).append({
    id: uuidv7(at.getTime()),
    at,
    code: "server.started",
    actor: "system",
    causes: [],
    detail,
  });
}
