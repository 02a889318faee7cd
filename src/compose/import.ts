import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { uuidv7 } from "../core/id.ts";
import { importEvent, type Origin } from "../import/event.ts";
import { type ImportOptions, type ImportResult, importFile } from "../import/run.ts";
import type { WorkdayPlan } from "../import/workday/file.ts";
import { pull } from "../import/workday/pull.ts";
import { dueReading, type Reading } from "../import/workday/reading.ts";
import { type ReadingSchedule, scheduleReadings } from "../import/workday/schedule.ts";
import type { WorkdaySettings } from "../settings/config.ts";
import { createPrisma } from "../store/access/prisma.ts";
import { createSources, type Source, type Sources } from "../store/access/sources.ts";
import { createReadingStore } from "../store/import/readings.ts";
import { TARGET } from "../targets/target-name.ts";
import type { AppContext } from "./components.ts";
import { openDirectory } from "./directory.ts";
import { loadMapping, loadWorkday } from "./load-rules.ts";
import { personDeps } from "./person-deps.ts";

/* Imports of people from files and reports. They write to the directory as a SCIM client does. */

type Context = Pick<AppContext, "config" | "pool" | "vault" | "clock">;

const directories = (app: Context) =>
  openDirectory(app, personDeps(loadMapping(app.config, TARGET), app.vault));

const contextOf = ({ clock }: Context, sourceId: string, actor: string) => ({
  sourceId,
  actor,
  requestId: uuidv7(clock.now().getTime()),
});

/** Imports a file into a source and records an event. A trial records none. */
export async function importPeopleFile(
  app: Context,
  by: { readonly sourceId: string; readonly actor: string; readonly origin: Origin },
  options: Omit<ImportOptions, "users" | "groups" | "context">,
): Promise<ImportResult> {
  const context = contextOf(app, by.sourceId, by.actor);
  const result = await importFile({ ...directories(app), ...options, context });
  if (options.writes)
    await createReadingStore(app.pool).record(importEvent(context, app.clock.now(), by.origin, result));
  return result;
}

export interface WorkdayPull {
  readonly plan: WorkdayPlan;
  readonly settings: WorkdaySettings;
  readonly reading: Reading;
  readonly sourceId: string;
  readonly writes: boolean;
  readonly confirmed?: number;
  /** Who asked, for the history. */
  readonly detail?: { readonly osUser: string };
  readonly signal: AbortSignal;
}

/** Reads the report and imports it. All changes have the actor `workday` and one request id. */
export async function pullFromWorkday(
  app: Context,
  { plan, settings, reading, sourceId, writes, confirmed, detail, signal }: WorkdayPull,
): Promise<ImportResult> {
  const began = app.clock.now();
  const context = contextOf(app, sourceId, "workday");
  await mkdir(app.config.dataDir, { recursive: true });
  const result = await pull(reading, {
    ...directories(app),
    context,
    plan,
    credentials: settings,
    directory: app.config.dataDir,
    writes,
    ...(confirmed === undefined ? {} : { confirmed }),
    signal,
  });
  // Entries made while the report was prepared may be missing in it.
  const through = (reading.kind === "updated" ? reading.through : began).toISOString();
  const origin = { complete: reading.kind === "everybody", through, ...detail };
  if (writes)
    await createReadingStore(app.pool).record(importEvent(context, app.clock.now(), origin, result));
  return result;
}

/** The source of the report. `actor` creates it if there is none. */
const workdaySource = async (sources: Sources, plan: WorkdayPlan, actor: string): Promise<Source> =>
  (await sources.findByName(plan.source)) ??
  (await sources.create(actor, { name: plan.source, kind: "workday" }));

/** The id of the source. A trial creates none; without a source it uses an unused id. */
export async function workdaySourceId(
  sources: Sources,
  plan: WorkdayPlan,
  { actor, writes }: { readonly actor: string; readonly writes: boolean },
): Promise<string> {
  const source = writes ? await workdaySource(sources, plan, actor) : await sources.findByName(plan.source);
  return source?.id ?? randomUUID();
}

/**
 * Reads Workday whenever a reading is due, in one process at a time. Throws CannotStart for an invalid file.
 */
export function startWorkday(app: AppContext, settings: WorkdaySettings): ReadingSchedule {
  const plan = loadWorkday(settings);
  const readings = createReadingStore(app.pool);
  const sources = createSources(createPrisma(app.pool), app.clock);
  return scheduleReadings(async (signal) => {
    const source = await workdaySource(sources, plan, "system");
    await readings.alone(source.id, async () => {
      const reading = dueReading(plan, await readings.last(source.id), app.clock.now());
      if (!reading) return;
      const result = await pullFromWorkday(app, {
        plan,
        settings,
        reading,
        sourceId: source.id,
        writes: true,
        signal,
      });
      if (result.kind === "refused") throw new ReadingRefused(result);
    });
  }, app);
}

class ReadingRefused extends Error {
  constructor({ file, reason }: ImportResult & { readonly kind: "refused" }) {
    super(
      reason
        ? `the report has ${reason.inFile} active people and the source ${reason.active}: dingtalk-scim workday pull --count ${reason.inFile} confirms it`
        : `${file.problems.length} rows of the report are wrong: dingtalk-scim workday check lists them`,
    );
  }
}
