import { systemClock } from "../../core/clock.ts";
import { isUuid } from "../../core/id.ts";
import type { EventLog } from "../../history/event-log.ts";
import type { AskedBy, EraseResult, ErasureStore, SubjectOperations } from "../../privacy/subjects.ts";
import { TARGET } from "../../targets/target-name.ts";
import { personMeant } from "../database/find-person.ts";
import { type DatabaseAccess, withPool } from "../database/joined-pool.ts";
import { NotFoundHere } from "../database/not-found-here.ts";
import { osUser } from "../database/os-user.ts";
import { ACTOR } from "../database/records.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { say } from "../terminal/output.ts";
import { t } from "../words/translate.ts";

/* The stored data of the person that a command names. */

/** Undefined: there is no such person. */
export const withSubjects = <T>(
  person: string,
  work: (subjects: SubjectOperations, id: string, log: EventLog) => Promise<T>,
): Promise<T | undefined> =>
  withPool(async (access) => {
    const [{ createSubjects }, { createEventLog }, { openVault }] = await Promise.all([
      import("../../store/privacy/subjects.ts"),
      import("../../store/history/event-log.ts"),
      import("../../keys/open-vault.ts"),
    ]);
    const id = await idOf(access, person);
    if (id === undefined) return undefined;
    return work(
      createSubjects(access.pool, systemClock),
      id,
      createEventLog(access.pool, await openVault({ ...access, clock: systemClock })),
    );
  });

/** Undefined: there is no such person. */
export const withErasures = (
  person: string,
  work: (erasures: ErasureStore, id: string) => ReturnType<ErasureStore["erase"]>,
): Promise<EraseResult | undefined> =>
  withPool(async (access) => {
    const [{ createErasures }, { createErasuresFile }, { openVault }] = await Promise.all([
      import("../../store/privacy/erase.ts"),
      import("../../database/erasures-file.ts"),
      import("../../keys/open-vault.ts"),
    ]);
    const id = await idOf(access, person);
    if (id === undefined) return undefined;
    const vault = await openVault({ ...access, clock: systemClock });
    const done = await work(
      createErasures({ pool: access.pool, vault, clock: systemClock, targets: [TARGET] }),
      id,
    );
    if (done.result === "done")
      await createErasuresFile(access.config.dataDir)
        .add([done.erasure])
        .catch((error: unknown) => notCopied(access.config.dataDir, error));
    return done.result;
  });

/**
 * The erasure is committed, so the command has succeeded. Rethrows errors that do not come from the file
 * system.
 */
function notCopied(dataDir: string, error: unknown): void {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  say(
    t`The copy of the erasure in ${dataDir} could not be written (${code}). A running server with ROLE=worker or all writes it within a minute.`,
  );
}

async function idOf({ pool }: DatabaseAccess, person: string): Promise<string | undefined> {
  if (isUuid(person)) return person;
  try {
    return (await personMeant({ pool, clock: systemClock }, person)).ref.id;
  } catch (error) {
    if (!(error instanceof NotFoundHere)) throw error;
    say(error.message);
    return undefined;
  }
}

/** Who asks, for the history. */
export const asked = (): AskedBy => ({ actor: ACTOR, detail: { osUser: osUser() } });

export function unknown(person: string): void {
  say(t`nobody is known as ${person}. Nothing was changed.`);
  foundProblems();
}
