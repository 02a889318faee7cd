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
  /** The log that the events are sealed in. */
  readonly entries: LogReader;
  readonly clock: Pick<Clock, "now">;
  /** Within how many minutes a leaver should be gone. */
  readonly limitMinutes: number;
  /** Of this program. */
  readonly version: string;
  /** Name of the machine that makes it. */
  readonly host: string;
}

export interface PackOrder extends Period {
  /** For its events. */
  readonly id: string;
  /** How many members of the population the sample has. */
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
  /** Lines of events.jsonl, by code; the database counted the same. */
  readonly counts: Counts;
}

type Counts = Readonly<Partial<Record<EventCode, number>>>;

/**
 * The bytes of a zip with everything about a period that an auditor takes away, without values of people. The event `evidence.made`, with the hash of the
 * manifest, comes before its last bytes. Rejects with Unavailable where the events and their count differ, as when some of the period came late.
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
      // A pack that went out whole is recorded: its last file goes out after the event.
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

/** Writes every file but the manifest, and answers how many events of each code there are. */
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
  // What answers the last of the period comes after it.
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
    const told = {
      ...plain(story.event),
      causedBy: story.causes.map(plain),
      effects: story.effects.map(plain),
      truncated: story.truncated,
    };
    space.text("sample.jsonl", `${JSON.stringify(told)}\n`);
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

/** The checkpoint and the verifier keys, and for each event of the sample the way from it to a checkpoint. Before the worker has begun the log there are none. */
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

/** The last of each of these before the period: what it began with. */
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

/** Counted by the database in a statement of its own: rows that came late would show. */
async function mustEqual(log: EventLog, period: Period, counts: Counts): Promise<void> {
  const counted: Partial<Record<EventCode, number>> = {};
  for (const bucket of await log.histogram(period, "day"))
    for (const [code, count] of Object.entries(bucket.counts) as [EventCode, number][]) counted[code] = (counted[code] ?? 0) + count;
  const codes = [...new Set([...Object.keys(counts), ...Object.keys(counted)])] as EventCode[];
  const different = codes.filter((code) => (counts[code] ?? 0) !== (counted[code] ?? 0));
  if (different.length > 0) throw new Unavailable(`events of the period came while they were read (${different.join(", ")}): ask again`);
}

const methodText = (population: number, size: number, seed: number): string => `Population: the ${population} rows of population.csv.
Sample: the ${size} rows with the lowest ranks. The rank of a row is the SHA-256, in hexadecimal, of the text "${seed}:EVENT",
where EVENT is its column "event". The seed was ${seed}. Whoever chooses the seed after the period cannot choose the rows.

To draw it again, with the second column of population.csv:
  while read -r event; do printf '%s %s\\n' "$(printf '%s:%s' ${seed} "$event" | sha256sum | cut -d' ' -f1)" "$event"; done < events.txt | sort | head -n ${size}
`;

const VERIFY = `1. Each file is the one that was made (run in the folder of this pack; needs jq):
   jq -r '.files[] | .sha256 + "  " + .name' manifest.json | sha256sum --check

2. The manifest is the one that the history names (needs a token with history:read):
   curl -sG https://SERVER/api/history --data-urlencode 'filter=code eq "evidence.made"' -H "Authorization: Bearer TOKEN" \\
     | jq -r '.events[].detail.manifest' | grep "$(sha256sum < manifest.json | cut -d' ' -f1)"

3. Nothing of the history was altered since the checkpoint in this pack (needs the package, and no installation). Each proofs-EVENT.tlog-proof proves one
   event of the sample by itself; keys.txt has the verifier key, which you compare with the one you kept:
   npx dingtalk-scim history verify --from https://SERVER --token TOKEN --key "$(head -n 1 keys.txt)" --anchors checkpoint.txt
`;
