import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/core/clock.ts";
import { uuidv7 } from "../../../src/core/id.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { openAnchorsFile } from "../../../src/history/log/anchors-file.ts";
import { startChecker } from "../../../src/history/log/checker.ts";
import { proofOf } from "../../../src/history/log/proof.ts";
import { startSealer } from "../../../src/history/log/sealer.ts";
import { exportLog, laidOutLog, storedLog } from "../../../src/history/log/sources.ts";
import { type Verdict, type VerifyOptions, verifyLog } from "../../../src/history/log/verify.ts";
import { loadLogKey } from "../../../src/keys/log-key.ts";
import { rotateLogKey } from "../../../src/keys/rotate-log-key.ts";
import { readUser } from "../../../src/scim/resource/resource.ts";
import { parseConfig } from "../../../src/settings/load-config.ts";
import { createEventLog } from "../../../src/store/history/event-log.ts";
import { createCheckStore } from "../../../src/store/history/log/check.ts";
import { createOlderEvents } from "../../../src/store/history/log/older.ts";
import { createLogReader } from "../../../src/store/history/log/reader.ts";
import { createSealStore } from "../../../src/store/history/log/seal.ts";
import { parseCheckpoint, parseCheckpoints } from "../../../src/tlog/checkpoint.ts";
import { leafHash } from "../../../src/tlog/hash.ts";
import { parseVerifierKey } from "../../../src/tlog/note.ts";
import { type Files, independentlyWrong } from "../../support/independent-verifier.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { parseProof, rootFromInclusion } from "../../support/tlog.ts";
import { testVault } from "../../support/vault.ts";

/* The history as a log: what is sealed, and how each way of altering it is seen. */

let env: TestEnvironment;
let folder: string;
beforeEach(async () => {
  env = await openTestEnvironment();
  folder = mkdtempSync(join(tmpdir(), "history-log-"));
});
afterEach(async () => {
  await env.close();
  rmSync(folder, { recursive: true });
});

const config = () => parseConfig({ DATA_DIR: folder, PUBLIC_URL: "https://scim.example.com" });
const loadKey = () => loadLogKey({ config: config(), pool: env.pool });
const EVERYTHING = "00000000-0000-7000-8000-000000000000";
const seal = (clock = systemClock) =>
  createSealStore(env.pool, { clock, loadKey, witnessed: false }).sealFrom(
    EVERYTHING,
    new AbortController().signal,
  );
const reader = () => createLogReader(env.pool);
const verified = (options: VerifyOptions = {}): Promise<Verdict> => verifyLog(storedLog(reader()), options);
const people = (n: number) =>
  Promise.all(
    Array.from({ length: n }, (_, at) =>
      env.users.create(env.context, readUser({ userName: `u${at}-${uuidv7(1)}`, title: "t" })),
    ),
  );
const checkpoint = async () => (await reader().checkpoint())!;
const numbers = async (text: string, values: unknown[] = []): Promise<number> =>
  Number((await env.pool.query(text, values)).rows[0].n);
const older = () => createOlderEvents(env.pool, testVault);
const withoutLeaf = () =>
  numbers(
    "select count(*) as n from history h where not exists (select from history_leaves l where l.event = h.id)",
  );
/** As whoever owns the database can. */
const tamper = (text: string, values: unknown[] = []) =>
  env.pool
    .query(
      "alter table history disable trigger user; alter table history_leaves disable trigger user; alter table history_tiles disable trigger user",
    )
    .then(() => env.pool.query(text, values));

async function exported(): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const text = await checkpoint();
  await exportLog(storedLog(reader()), text, parseCheckpoint(text).size, async (path, content) => {
    files.set(path, Buffer.from(content));
  });
  return files;
}
const fromFiles = (files: Files, options: VerifyOptions = {}) =>
  verifyLog(
    laidOutLog(async (path) => files.get(path)),
    options,
  );
const keys = async () => (await reader().keys()).map(parseVerifierKey);

test("every event gets one entry, also what commits late and with an older id, and the tree can be verified at each step", async () => {
  await people(3);
  await seal();
  expect(await withoutLeaf()).toBe(0);
  const late = await env.pool.connect();
  await late.query("begin");
  await late.query("insert into history (id, at, code, actor) values ($1, now(), 'operator.pause', 'cli')", [
    uuidv7(Date.now() - 60_000),
  ]);
  await people(2);
  await seal();
  expect(await withoutLeaf()).toBe(0);
  await late.query("commit");
  late.release();
  expect(await withoutLeaf()).toBe(1);
  await seal();
  expect(await withoutLeaf()).toBe(0);
  expect(await verified()).toMatchObject({ ok: true, verified: { size: 6, events: { compared: 6 } } });
  expect(await numbers("select count(*) as n from history_checkpoints")).toBe(3);
});

test("two processes that seal at the same time, while people write: one entry for each event", async () => {
  await seal();
  const sealers = [0, 1].map(() =>
    startSealer(
      {
        store: createSealStore(env.pool, { clock: systemClock, loadKey, witnessed: false }),
        older: older(),
        clock: systemClock,
        logger: silentLogger,
      },
      { everyMs: 5 },
    ),
  );
  for (let round = 0; round < 5; round++) await people(60);
  for (const sealer of sealers) await sealer.stop();
  await seal();
  expect(await withoutLeaf()).toBe(0);
  expect(await verified()).toMatchObject({ ok: true, verified: { size: 300 } });
});

test("events of an earlier version are encrypted, then sealed; what else is altered is refused", async () => {
  const [person] = await people(1);
  const plain = (changes: unknown, at = Date.now() - 90 * 86_400_000) =>
    env.pool.query(
      "insert into history (id, at, code, actor, subject_kind, subject, changes) values ($1, now(), 'user.updated', 'token:old', 'user', $2, $3) returning id",
      [uuidv7(at), person!.id, JSON.stringify(changes)],
    );
  const title = { title: { before: "Clerk", after: "Canary" } };
  const {
    rows: [old],
  } = await plain(title);
  await plain({ members: { after: [person!.id] } });
  await plain({ members: { before: [person!.id] }, ...title });
  await seal();
  expect(await withoutLeaf()).toBe(3);
  for (const change of [
    "changes = null",
    "changes = null, attributes = '{title}'",
    "changes = null, attributes = '{name}', sealed = '\\x00'",
    "actor = 'x', changes = null, attributes = '{title}', sealed = '\\x00'",
  ])
    await expect(env.pool.query(`update history set ${change} where id = $1`, [old.id])).rejects.toThrow(
      "history is append-only",
    );

  const sealer = startSealer({
    store: createSealStore(env.pool, { clock: systemClock, loadKey, witnessed: false }),
    older: older(),
    clock: systemClock,
    logger: silentLogger,
  });
  await sealer.seal();
  await sealer.stop();
  expect(await withoutLeaf()).toBe(0);
  expect(await verified()).toMatchObject({ ok: true, verified: { size: 4 } });
  expect(
    await numbers(
      "select count(*) as n from history where changes is not null or sealed::text like '%Canary%'",
    ),
  ).toBe(0);
  const told = await createEventLog(env.pool, testVault).list({ count: 10 });
  const updates = told.events.filter(({ code }) => code === "user.updated").map(({ changes }) => changes);
  expect(updates).toEqual(
    expect.arrayContaining([
      title,
      { members: { after: [person!.id] } },
      { members: { before: [person!.id] }, ...title },
    ]),
  );
});

test("what retention has taken away may be missing, and nothing else", async () => {
  await people(2);
  await env.pool.query(
    "insert into history (id, at, code, actor) values ($1, now() - interval '200 days', 'session.opened', 'token:x')",
    [uuidv7(1)],
  );
  await seal();
  await tamper(
    "update history set sealed = null where id = (select event from history_leaves where index = 1)",
  );
  await tamper("delete from history where code = 'session.opened'");
  const before = (days: number) => new Date(Date.now() - days * 86_400_000);
  const expired = { events: before(2_555), access: before(180), values: before(-1) };
  expect(await verified({ expired })).toMatchObject({
    ok: true,
    verified: { events: { compared: 2, withoutValues: 1, expired: 1 } },
  });
  expect(await verified({ expired: { ...expired, access: before(201) } })).toMatchObject({
    ok: false,
    fault: { message: "the event of entry 0 is missing" },
  });
  expect(await verified({ expired: { ...expired, values: before(1) } })).toMatchObject({
    ok: false,
    fault: { index: 1 },
  });
});

test("a checkpoint of the same size is written an hour later, and not before", async () => {
  await people(1);
  await seal();
  await seal();
  expect(await numbers("select count(*) as n from history_checkpoints")).toBe(1);
  await seal({ ...systemClock, now: () => new Date(Date.now() + 61 * 60_000) });
  expect(await numbers("select count(*) as n from history_checkpoints")).toBe(2);
});

test("a log of several full tiles, its export, and what foreign code says of it", async () => {
  await people(300);
  await seal();
  const first = await checkpoint();
  await people(260);
  await seal();
  const options = { keys: await keys(), anchors: [parseCheckpoint(first)] };
  expect(await verified(options)).toMatchObject({ ok: true, verified: { size: 560, anchors: 1 } });
  const files = await exported();
  expect(await fromFiles(files, options)).toMatchObject({ ok: true });
  expect(independentlyWrong(files, await reader().keys(), [first])).toBeUndefined();
  for (const index of [0, 255, 256, 559]) {
    const [event] = (await reader().events(Math.floor(index / 256), (index % 256) + 1))!.slice(-1);
    const proof = parseProof((await proofOf(reader(), event!.id))!);
    expect(proof.index).toBe(index);
    expect(JSON.parse(proof.entry.toString())).toMatchObject({ id: event!.id, v: 1 });
    expect(rootFromInclusion(leafHash(proof.entry), index, 560, proof.hashes)).toEqual(proof.checkpoint.root);
  }
});

test("each byte of a small log, flipped: refused by both verifiers", async () => {
  await people(3);
  await seal();
  const [files, trusted] = [await exported(), await keys()];
  const vkeys = trusted.map(({ text }) => text);
  expect(await fromFiles(files, { keys: trusted })).toMatchObject({ ok: true });
  expect(independentlyWrong(files, vkeys)).toBeUndefined();
  const accepted: string[] = [];
  for (const [path, content] of files) {
    // Who is trusted does not come from the log.
    if (path === "key") continue;
    for (let at = 0; at < content.length; at++) {
      const bytes = Buffer.from(content);
      bytes[at] = bytes[at]! ^ (1 << (at % 8));
      const mutant = new Map(files).set(path, bytes);
      if ((await fromFiles(mutant, { keys: trusted })).ok) accepted.push(`ours: ${path} byte ${at}`);
      if (independentlyWrong(mutant, vkeys) === undefined) accepted.push(`independent: ${path} byte ${at}`);
    }
  }
  expect(accepted).toEqual([]);
});

/** What an owner of the database does to it; what is left is read by both verifiers. */
const MUTANTS: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
  [
    "a row altered",
    () =>
      tamper(
        "update history set actor = 'token:other' where id = (select event from history_leaves where index = 100)",
      ),
    /the event of entry 100 was changed after it was sealed/,
  ],
  [
    "encrypted values replaced",
    () =>
      tamper(
        "update history set sealed = '\\x00' where id = (select event from history_leaves where index = 7)",
      ),
    /the encrypted values of the event of entry 7 were changed/,
  ],
  [
    "encrypted values taken away",
    () =>
      tamper(
        "update history set sealed = null where id = (select event from history_leaves where index = 7)",
      ),
    /the encrypted values of the event of entry 7 are missing/,
  ],
  [
    "a row dropped",
    () => tamper("delete from history where id = (select event from history_leaves where index = 259)"),
    /the event of entry 259 is missing/,
  ],
  [
    "a row and its entry altered alike",
    async () => {
      await tamper(
        "update history_leaves set entry = replace(entry, 'token:test', 'token:othr') where index = 40",
      );
    },
    /entry 40 does not match the hash in its tile/,
  ],
  [
    "an entry altered and its tile too",
    async () => {
      await tamper(
        "update history_leaves set entry = replace(entry, 'token:test', 'token:othr') where index = 40",
      );
      const { rows } = await env.pool.query("select entry from history_leaves where index = 40");
      await env.pool.query(
        "update history_tiles set hashes = overlay(hashes placing $1 from 40 * 32 + 1) where level = 0 and index = 0",
        [leafHash(rows[0].entry)],
      );
    },
    /tile 0 of level 1|not the entries that the checkpoint covers|tile 0/,
  ],
  [
    "the tail cut off, with its tiles",
    async () => {
      await tamper("delete from history_leaves where index >= 256");
      await env.pool.query("delete from history_tiles where index = 1 and level = 0");
    },
    /entries 256 to 259 are missing/,
  ],
];

test.each(MUTANTS)("%s: refused by both verifiers", async (_name, act, message) => {
  await people(260);
  await seal();
  const vkeys = await reader().keys();
  await act();
  const verdict = await verified();
  expect(verdict.ok ? "" : verdict.fault.message).toMatch(message);
  const files = await exported().catch(() => new Map<string, Buffer>());
  expect(independentlyWrong(files, vkeys)).toBeDefined();
});

test("the middle rewritten with all hashes anew and signed with another key: refused where the key is known", async () => {
  await people(5);
  await seal();
  const trusted = await keys();
  const before = await checkpoint();
  // Everything anew, as somebody would who owns database and machine, but not the key.
  await tamper(
    "update history set actor = 'token:other' where id = (select event from history_leaves where index = 2)",
  );
  await env.pool.query("truncate history_tiles, history_checkpoints");
  await env.pool.query(
    "alter table history_leaves disable trigger user; truncate history_leaves; delete from history_log",
  );
  await env.pool.query("delete from history_log_keys");
  rmSync(join(folder, "history.key"));
  await seal();
  // Signed anew under another name; the same name would need another key, too.
  expect(await verified()).toMatchObject({ ok: true });
  expect(await verified({ keys: trusted })).toMatchObject({
    ok: false,
    fault: { message: expect.stringContaining("no key of this name is trusted") },
  });
  expect(await verified({ anchors: [parseCheckpoint(before)] })).toMatchObject({ ok: false });
  expect(
    independentlyWrong(
      await exported(),
      trusted.map(({ text }) => text),
    ),
  ).toBe("nobody who is trusted has signed");
});

test("the middle rewritten with all hashes anew and signed with the stolen key: only an anchor sees it", async () => {
  await people(5);
  await seal();
  const [trusted, before] = [await keys(), await checkpoint()];
  await tamper(
    "update history set actor = 'token:other' where id = (select event from history_leaves where index = 2)",
  );
  await env.pool.query(
    "truncate history_tiles, history_checkpoints; truncate history_leaves; update history_log set size = 0",
  );
  await seal();
  expect(await verified({ keys: trusted })).toMatchObject({ ok: true });
  const verdict = await verified({ keys: trusted, anchors: [parseCheckpoint(before)] });
  expect(verdict.ok ? "" : verdict.fault.message).toBe(
    "the first 5 of 5 entries are not the entries that an anchor covers",
  );
  const files = await exported();
  expect(
    independentlyWrong(
      files,
      trusted.map(({ text }) => text),
    ),
  ).toBeUndefined();
  expect(
    independentlyWrong(
      files,
      trusted.map(({ text }) => text),
      [before],
    ),
  ).toMatch(/the first 5 entries are not/);
});

test("a database put back to an earlier state: an anchor names both sizes", async () => {
  await people(3);
  await seal();
  const early = await exported();
  await people(2);
  await seal();
  const anchor = await checkpoint();
  const verdict = await fromFiles(early, { anchors: [parseCheckpoint(anchor)], keys: await keys() });
  expect(verdict.ok ? "" : verdict.fault.message).toBe(
    "the log has 3 entries, but an anchor covers 5: the end of the log is missing",
  );
  expect(independentlyWrong(early, await reader().keys(), [anchor])).toBe("3 entries, and an anchor of 5");
});

test("a new key takes the place of the old one: one checkpoint has both signatures, and what either knows verifies", async () => {
  await people(2);
  await seal();
  const [before] = await keys();
  const anchor = parseCheckpoint(await checkpoint());
  const text = await rotateLogKey(
    { config: config(), pool: env.pool, clock: systemClock },
    { actor: "cli", detail: {} },
  );
  expect((await reader().keys())[0]).toBe(text);
  const both = parseCheckpoint(await checkpoint());
  expect(both.note.signatures).toHaveLength(2);
  expect(await verified({ keys: [before!], anchors: [anchor] })).toMatchObject({ ok: true });
  expect(await verified({ keys: [parseVerifierKey(text)] })).toMatchObject({ ok: true });
  await people(1);
  await seal();
  expect(await verified({ keys: [parseVerifierKey(text)], anchors: [both] })).toMatchObject({
    ok: true,
    verified: { size: 4 },
  });
  expect(await verified({ keys: [before!] })).toMatchObject({ ok: false });
  expect(
    independentlyWrong(await exported(), [before!.text, text], [anchor.text, both.text]),
  ).toBeUndefined();
});

test("checkpoints are kept in a file once an hour when the log has grown, and prove it later", async () => {
  const file = join(folder, "anchors.txt");
  const at = { ms: 0 };
  const open = () => openAnchorsFile(file, reader().checkpoint, { monotonicMs: () => at.ms });
  const kept = () => parseCheckpoints(readFileSync(file, "utf8"));
  const anchors = open();
  await anchors.keep();
  expect(kept()).toEqual([]);
  await people(2);
  await seal();
  for (const hours of [1, 1.5, 2]) {
    at.ms = hours * 3_600_000;
    await anchors.keep();
  }
  expect(kept().map(({ size }) => size)).toEqual([2]);
  await people(1);
  await seal();
  // Another process, or the same after a restart.
  const next = open();
  await next.keep();
  await open().keep();
  expect(kept().map(({ size }) => size)).toEqual([2, 3]);
  expect(await verified({ anchors: kept() })).toMatchObject({ ok: true, verified: { anchors: 2 } });
  await tamper(
    "update history set actor = 'token:other' where id = (select event from history_leaves where index = 1)",
  );
  await env.pool.query(
    "truncate history_tiles, history_checkpoints; truncate history_leaves; update history_log set size = 0",
  );
  await seal();
  expect(await verified()).toMatchObject({ ok: true });
  expect(await verified({ anchors: kept() })).toMatchObject({ ok: false });
  expect(() => openAnchorsFile(join(folder, "nowhere", "x"), reader().checkpoint, systemClock)).toThrow(
    "cannot be written",
  );
});

test("the daily check: one process at a time, and it says what is altered until it is not", async () => {
  await people(300);
  await seal();
  const at = { now: Date.now() };
  const clock = { ...systemClock, now: () => new Date(at.now) };
  const before = (days: number) => new Date(Date.now() - days * 86_400_000);
  const expired = () => ({ events: before(2_555), access: before(180), values: before(730) });
  const checkers = [0, 1].map(() =>
    startChecker(
      {
        store: createCheckStore(env.pool),
        source: storedLog(reader()),
        expired,
        clock,
        logger: silentLogger,
      },
      { lookMs: 3_600_000, pauseMs: 1 },
    ),
  );
  const state = async () =>
    (await env.pool.query("select checked_at, check_began_at, fault from history_log")).rows[0];
  const checked = async (checkedAt: number) => {
    while ((await state()).checked_at?.getTime() !== checkedAt) await systemClock.sleep(10);
    return (await state()).fault;
  };
  expect(await checked(at.now)).toBeNull();
  expect(await Promise.all(checkers.map((checker) => checker.check()))).toEqual([undefined, undefined]);
  await tamper(
    "update history set actor = 'token:other' where id = (select event from history_leaves where index = 200)",
  );
  at.now += 25 * 3_600_000;
  const verdicts = await Promise.all(checkers.map((checker) => checker.check()));
  expect(verdicts.filter((verdict) => verdict !== undefined)).toMatchObject([
    { ok: false, fault: { index: 200 } },
  ]);
  expect(await state()).toMatchObject({
    fault: "the event of entry 200 was changed after it was sealed",
    check_began_at: null,
  });
  await env.pool.query(
    "update history set actor = 'token:test' where id = (select event from history_leaves where index = 200)",
  );
  at.now += 25 * 3_600_000;
  expect(await checkers[0]!.check()).toMatchObject({ ok: true });
  expect((await state()).fault).toBeNull();
  for (const checker of checkers) await checker.stop();
});

test("a key file that is gone or another one stops sealing, and nothing is signed", async () => {
  await people(1);
  await seal();
  const count = () => numbers("select count(*) as n from history_checkpoints");
  rmSync(join(folder, "history.key"));
  await people(1);
  await expect(seal()).rejects.toThrow(
    /history\.key is not there, and the history is signed with the key scim\.example\.com\/history\//,
  );
  expect(await count()).toBe(1);
  expect(await withoutLeaf()).toBe(1);
});
