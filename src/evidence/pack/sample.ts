import type { EventLog } from "../../history/event-log.ts";
import type { LogReader } from "../../history/log/ports.ts";
import { proofOf } from "../../history/log/proof.ts";
import { methodText } from "./auditor-texts.ts";
import { plainWithoutValues } from "./period-events.ts";
import { drawSample, type Member, rankOf } from "./population.ts";
import { MEMBER_COLUMNS, rowsOf } from "./tables.ts";
import type { Workspace } from "./workspace.ts";

interface SampleOrder {
  /** Size of the sample. */
  readonly sample: number;
  readonly seed: number;
}

/**
 * Writes the sample of the population: its rows, how to draw it again, the story of each event, and the
 * proofs. Resolves with its size.
 */
export async function writeSample(
  space: Workspace,
  { log, entries }: { readonly log: EventLog; readonly entries: LogReader },
  members: readonly Member[],
  { sample, seed }: SampleOrder,
): Promise<number> {
  const drawn = drawSample(members, sample, seed);
  const ranked = drawn.map((member) => ({ ...member, rank: rankOf(seed, member.event) }));
  const columns = [...MEMBER_COLUMNS, "rank"] as const;
  space.table("sample.csv", columns)(rowsOf(columns, ranked));
  space.text("sample-method.txt", methodText(members.length, drawn.length, seed));
  space.text("sample.jsonl", "");
  for (const { event } of drawn) {
    const story = await log.story(event);
    if (!story) continue;
    const line = {
      ...plainWithoutValues(story.event),
      causedBy: story.causes.map(plainWithoutValues),
      effects: story.effects.map(plainWithoutValues),
      truncated: story.truncated,
    };
    space.text("sample.jsonl", `${JSON.stringify(line)}\n`);
  }
  await prove(space, entries, drawn);
  return drawn.length;
}

/**
 * Writes the checkpoint, the verifier keys, and a proof for each event of the sample. There are no proofs
 * before a worker has begun the log.
 */
async function prove(space: Workspace, entries: LogReader, drawn: readonly Member[]): Promise<void> {
  space.text("checkpoint.txt", (await entries.checkpoint()) ?? "");
  space.text("keys.txt", (await entries.keys()).map((key) => `${key}\n`).join(""));
  for (const { event } of drawn) {
    const proof = await proofOf(entries, event);
    if (proof !== undefined) space.text(`proofs-${event}.tlog-proof`, proof);
  }
}
