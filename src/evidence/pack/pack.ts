import { createHash } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import { Unavailable } from "../../core/errors.ts";
import type { EventCode, LoggedEvent } from "../../history/event.ts";
import type { EventAppender } from "../../history/event-appender.ts";
import type { EventLog, Period } from "../../history/event-log.ts";
import { readLeavers } from "../../history/leavers.ts";
import type { LogReader } from "../../history/log/ports.ts";
import { proofOf } from "../../history/log/proof.ts";
import { filterOf, walk } from "../../history/walk.ts";
import { noted, type Taker } from "../export.ts";
import { plainEvent } from "../formats/format.ts";
import { zipped } from "../zip.ts";
import { coverPage } from "./cover.ts";
import { Failures } from "./failures.ts";
import { drawSample, type Member, Population, rankOf } from "./population.ts";
import { Workspace } from "./workspace.ts";

export interface PackDeps {
  readonly log: EventLog;
  readonly events: EventAppender;
  /** The transparency log of the events. */
  readonly entries: LogReader;
  readonly clock: Pick<Clock, "now">;
  /** Limit for the removal of a leaver, in minutes. */
  readonly limitMinutes: number;
  /** Version of this program. */
  readonly version: string;
  /** Name of the machine that makes the pack. */
  readonly host: string;
}

export interface PackOrder extends Period {
  readonly id: string;
  /** Size of the sample. */
  readonly sample: number;
  readonly seed: number;
  readonly by: Taker;
}

export interface Manifest {
  readonly id: string;
  readonly from: Date;
  readonly to: Date;
  readonly madeAt: Date;
  readonly sample: number;
  readonly seed: number;
  readonly version: string;
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  /** Number of lines in events.jsonl for each code. It equals the count of the database. */
  readonly counts: Counts;
}

type Counts = Readonly<Partial<Record<EventCode, number>>>;

/**
 * The bytes of a zip with all evidence of a period for an auditor, without values of people. The event `evidence.made` is appended before the last bytes. It has
 * the hash of the manifest. Rejects with Unavailable if the events and the count of the database differ, because an event of the period was committed late.
 */
export async function* evidencePack(deps: PackDeps, order: PackOrder): AsyncIterable<Buffer> {
  const { events, clock, version, host } = deps;
  const { id, from, to, sample, seed, by } = order;
  const space = new Workspace();
  try {
    const madeAt = clock.now();
    const counts = await fill(space, deps, order, madeAt);
    yield* zipped(space.files, madeAt, (files) => {
      const manifest: Manifest = { id, from, to, madeAt, sample, seed, version, files, counts };
      const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
      const digest = createHash("sha256").update(text).digest("hex");
      const detail = { id, from: from.toISOString(), to: to.toISOString(), sample, seed, events: total(counts), manifest: digest, host };
      // The event is appended before the last file is written. So every complete pack is recorded.
      const recorded = async function* (): AsyncIterable<string> {
        await events.append(noted("evidence.made", clock.now(), by, detail));
        yield text;
      };
      return { name: "manifest.json", content: recorded };
    });
  } finally {
    space.remove();
  }
}

const total = (counts: Counts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

const APPROVALS = /^(hold|adoption|operator|grace)\.|^subject\.(held|released)$/;
const ACCESS = /^(token|link|trust|source|session|access|personal|history|evidence|subject)\./;
const CONFIGURATION = /^(server|mapping|policy|mode|database)\./;
const EVENT_COLUMNS = ["id", "at", "code", "actor", "requestId", "subjectKind", "subject", "outcome", "causes", "detail"] as const;

const rowOf = (event: LoggedEvent) => [
  event.id,
  event.at,
  event.code,
  event.actor,
  event.requestId,
  event.subject?.kind,
  event.subject?.id,
  event.outcome,
  event.causes.join(" "),
  event.detail && JSON.stringify(event.detail),
];

/** Writes all files except the manifest. Returns the number of events of each code. */
async function fill(space: Workspace, deps: PackDeps, order: PackOrder, madeAt: Date): Promise<Counts> {
  const { log, limitMinutes, version } = deps;
  const { from, to, sample, seed, by } = order;
  space.text("cover.html", "");
  const configuration = space.table("configuration.csv", EVENT_COLUMNS);
  configuration((await inForce(log, from)).map(rowOf));
  const lists = [
    { pattern: APPROVALS, add: space.table("approvals.csv", EVENT_COLUMNS) },
    { pattern: ACCESS, add: space.table("access.csv", EVENT_COLUMNS) },
    { pattern: CONFIGURATION, add: configuration },
  ];
  space.text("events.jsonl", "");
  const population = new Population();
  const failures = new Failures();
  const counts: Partial<Record<EventCode, number>> = {};
  // Events after the period are read too, because they hold the outcomes of its last changes.
  for await (const page of walk(log, { period: { from, to: madeAt } })) {
    const inside = page.filter(({ at }) => at.getTime() < to.getTime());
    space.text("events.jsonl", inside.map((event) => `${JSON.stringify(plainEvent(withoutValues(event)))}\n`).join(""));
    for (const { pattern, add } of lists) add(inside.filter(({ code }) => pattern.test(code)).map(rowOf));
    for (const event of page) {
      const within = event.at.getTime() < to.getTime();
      if (within) counts[event.code] = (counts[event.code] ?? 0) + 1;
      population.apply(event, within);
      failures.apply(event, within);
    }
  }
  await mustEqual(log, { from, to }, counts);
  const { members } = population;
  const leavers = await readLeavers(log, { from, to }, { limitMinutes, now: madeAt });
  space.table("population.csv", MEMBER_COLUMNS)(members.map(memberRow));
  space.table("leavers.csv", ["id", "event", "received", "committed", "sent", "answered", "minutes", "inTime", "state"])(
    leavers.map((one) => [one.id, one.event, one.received, one.committed, one.sent, one.answered, one.minutes, one.inTime, one.state]),
  );
  space.table("failures.csv", ["event", "at", "kind", "subject", "action", "outcome", "code", "resolvedAt", "resolvedBy"])(
    failures.all.map((one) => [
      one.event,
      one.at,
      one.kind,
      one.subject,
      one.action,
      one.outcome,
      one.code,
      one.resolvedAt,
      one.resolvedBy,
    ]),
  );
  const drawn = drawSample(members, sample, seed);
  space.table("sample.csv", [...MEMBER_COLUMNS, "rank"])(drawn.map((member) => [...memberRow(member), rankOf(seed, member.event)]));
  space.text("sample-method.txt", methodText(members.length, drawn.length, seed));
  space.text("sample.jsonl", "");
  for (const { event } of drawn) {
    const story = await log.story(event);
    if (!story) continue;
    const plain = (one: LoggedEvent) => plainEvent(withoutValues(one));
    const line = {
      ...plain(story.event),
      causedBy: story.causes.map(plain),
      effects: story.effects.map(plain),
      truncated: story.truncated,
    };
    space.text("sample.jsonl", `${JSON.stringify(line)}\n`);
  }
  await prove(space, deps.entries, drawn);
  space.text("VERIFY.txt", VERIFY);
  const of = (movement: Member["movement"]) => members.filter((member) => member.movement === movement).length;
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
      failures: failures.all.length,
      unresolved: failures.all.filter(({ resolvedAt }) => resolvedAt === null).length,
      sample: { size: drawn.length, seed },
      files: space.files.map(({ name }) => name),
    }),
  );
  return counts;
}

/** Writes the checkpoint, the verifier keys, and a proof for each event of the sample. There are no proofs before a worker has begun the log. */
async function prove(space: Workspace, entries: LogReader, drawn: readonly Member[]): Promise<void> {
  space.text("checkpoint.txt", (await entries.checkpoint()) ?? "");
  space.text("keys.txt", (await entries.keys()).map((key) => `${key}\n`).join(""));
  for (const { event } of drawn) {
    const proof = await proofOf(entries, event);
    if (proof !== undefined) space.text(`proofs-${event}.tlog-proof`, proof);
  }
}

const MEMBER_COLUMNS = ["movement", "event", "code", "subject", "actor", "requestId", "received", "committed", "sent", "answered"] as const;
const memberRow = (one: Member) => [
  one.movement,
  one.event,
  one.code,
  one.subject,
  one.actor,
  one.requestId,
  one.received,
  one.committed,
  one.sent,
  one.answered,
];

/** The last event of each of these codes before the period: the configuration that was in force when the period began. */
async function inForce(log: EventLog, from: Date): Promise<readonly LoggedEvent[]> {
  const found: LoggedEvent[] = [];
  for (const code of ["mapping.changed", "policy.changed", "mode.changed", "server.started"] as const) {
    const filter = filterOf({ period: { to: from }, code });
    found.push(...(await log.list({ count: 1, ...(filter ? { filter } : {}) })).events);
  }
  return found;
}

function withoutValues({ changes, personal: _personal, ...event }: LoggedEvent): LoggedEvent {
  return { ...event, ...(changes ? { changes: Object.fromEntries(Object.keys(changes).map((name) => [name, {}])) } : {}) };
}

/** Compares the events that were read with a count by the database in a separate statement. The two differ if an event was committed late. */
async function mustEqual(log: EventLog, period: Period, counts: Counts): Promise<void> {
  const counted: Partial<Record<EventCode, number>> = {};
  for (const bucket of await log.histogram(period, "day"))
    for (const [code, count] of Object.entries(bucket.counts) as [EventCode, number][]) counted[code] = (counted[code] ?? 0) + count;
  const codes = [...new Set([...Object.keys(counts), ...Object.keys(counted)])] as EventCode[];
  const different = codes.filter((code) => (counts[code] ?? 0) !== (counted[code] ?? 0));
  if (different.length > 0)
    throw new Unavailable(`new events of the period arrived while the pack was made (${different.join(", ")}): order it again`);
}

const methodText = (population: number, size: number, seed: number): string => `Population: the ${population} rows of population.csv.
Sample: the ${size} rows with the lowest ranks. The rank of a row is the SHA-256, in hexadecimal, of the text "${seed}:EVENT",
where EVENT is its column "event". The seed was ${seed}. If the seed is chosen after the period, nobody can choose the rows.

To draw it again, with the second column of population.csv:
  while read -r event; do printf '%s %s\\n' "$(printf '%s:%s' ${seed} "$event" | sha256sum | cut -d' ' -f1)" "$event"; done < events.txt | sort | head -n ${size}
`;

const VERIFY = `1. Check that no file was changed (run in the folder of this pack; needs jq):
   jq -r '.files[] | .sha256 + "  " + .name' manifest.json | sha256sum --check

2. Check that the history names this manifest (needs a token with history:read):
   curl -sG https://SERVER/api/history --data-urlencode 'filter=code eq "evidence.made"' -H "Authorization: Bearer TOKEN" \\
     | jq -r '.events[].detail.manifest' | grep "$(sha256sum < manifest.json | cut -d' ' -f1)"

3. Check that the history was not altered since the checkpoint in this pack (npx downloads the package). Each file proofs-EVENT.tlog-proof proves one event of
   the sample. keys.txt has the verifier key: compare it with the key that you kept.
   npx dingtalk-scim history verify --from https://SERVER --token TOKEN --key "$(head -n 1 keys.txt)" --anchors checkpoint.txt
`;
