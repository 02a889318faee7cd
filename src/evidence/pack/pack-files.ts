import { readLeavers } from "../../history/leavers.ts";
import { VERIFY } from "./auditor-texts.ts";
import { coverPage } from "./cover.ts";
import type { Counts, PackDeps, PackOrder } from "./pack-order.ts";
import { writeEvents } from "./period-events.ts";
import type { Member } from "./population.ts";
import { writeSample } from "./sample.ts";
import { FAILURE_COLUMNS, LEAVER_COLUMNS, MEMBER_COLUMNS, rowsOf } from "./tables.ts";
import type { Workspace } from "./workspace.ts";

/** Writes all files except the manifest. Returns the number of events of each code. */
export async function fill(
  space: Workspace,
  deps: PackDeps,
  order: PackOrder,
  madeAt: Date,
): Promise<Counts> {
  const { log, limitMinutes, version } = deps;
  const { from, to, seed, by } = order;
  // The cover comes first, and is written last.
  space.text("cover.html", "");
  const { counts, members, failures } = await writeEvents(space, log, { from, to }, madeAt);
  const leavers = await readLeavers(log, { from, to }, { limitMinutes, now: madeAt });
  space.table("population.csv", MEMBER_COLUMNS)(rowsOf(MEMBER_COLUMNS, members));
  space.table("leavers.csv", LEAVER_COLUMNS)(rowsOf(LEAVER_COLUMNS, leavers));
  space.table("failures.csv", FAILURE_COLUMNS)(rowsOf(FAILURE_COLUMNS, failures));
  const size = await writeSample(space, deps, members, order);
  space.text("VERIFY.txt", VERIFY);
  const of = (movement: Member["movement"]) =>
    members.filter((member) => member.movement === movement).length;
  space.text(
    "cover.html",
    coverPage({
      from,
      to,
      madeAt,
      by: by.actor,
      version,
      events: total(counts),
      joiners: of("joiner"),
      movers: of("mover"),
      leavers: leavers.length,
      late: leavers.filter(({ inTime }) => inTime === false).length,
      failures: failures.length,
      unresolved: failures.filter(({ resolvedAt }) => resolvedAt === null).length,
      sample: { size, seed },
      files: space.files.map(({ name }) => name),
    }),
  );
  return counts;
}

export const total = (counts: Counts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);
