import { randomBytes, randomUUID } from "node:crypto";
import type pg from "pg";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { createPrisma, type Database } from "../../../src/store/access/prisma.ts";
import { createSources } from "../../../src/store/access/sources.ts";
import { createTrusts } from "../../../src/store/access/trusts.ts";
import { createAssertionLedger } from "../../../src/store/access/used-assertions.ts";
import { createPool } from "../../../src/store/postgres/pool.ts";
import { createTestDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";

const MINUTE_MS = 60_000;
const decided = {
  issuer: "https://login.example/t/v2.0",
  subject: "workload",
  audiences: ["api://app", "api://app/host"],
  tenantId: "t",
  jwksUrl: "https://login.example/t/keys",
  scopes: ["provision"] as const,
};
let nowMs = 0;
const clock = { ...systemClock, now: () => new Date(nowMs) };
let shared: TestDatabase;
let pool: pg.Pool;
let database: Database;
let sourceId: string;

beforeAll(async () => {
  shared = await createTestDatabase();
  pool = createPool({ url: shared.url, max: 10, logger: silentLogger });
  database = createPrisma(pool);
});
afterAll(async () => {
  await database.$disconnect();
  await pool.end();
  await shared.drop();
});
beforeEach(async () => {
  nowMs = Date.parse("2026-11-22T08:00:00Z");
  sourceId = (await createSources(database, clock).ensureDefault()).id;
});

const events = (trustId: string) =>
  database.history.findMany({
    where: { detail: { path: ["trustId"], equals: trustId } },
    orderBy: { id: "asc" },
    select: { code: true, actor: true, sourceId: true, detail: true },
  });

test("a trust is found as it was decided, and history has all of it", async () => {
  const trusts = createTrusts(database, clock);
  const id = await trusts.add("cli", { ...decided, name: "Entra ID", sourceId });
  expect(await trusts.find(id)).toEqual({ id, sourceId, ...decided });
  expect(await trusts.find(randomUUID())).toBeUndefined();
  expect((await trusts.list()).find((trust) => trust.id === id)).toEqual({
    ...{ id, sourceId, ...decided },
    ...{ name: "Entra ID", sourceName: "default", createdAt: clock.now() },
  });
  expect(await events(id)).toEqual([
    { code: "trust.created", actor: "cli", sourceId, detail: { trustId: id, ...decided } },
  ]);
});

test("removing is recorded once, however often it is asked for", async () => {
  const trusts = createTrusts(database, clock);
  const id = await trusts.add("cli", { ...decided, name: "x", sourceId });
  nowMs += MINUTE_MS;
  const removedAt = clock.now();
  expect(await trusts.remove("cli", id)).toBe(true);
  nowMs += MINUTE_MS;
  expect([await trusts.remove("cli", id), await trusts.remove("cli", randomUUID())]).toEqual([true, false]);
  expect((await trusts.find(id))?.removedAt).toEqual(removedAt);
  expect((await events(id)).map(({ code }) => code)).toEqual(["trust.created", "trust.removed"]);
});

test("the last use is written once a minute", async () => {
  const trusts = createTrusts(database, clock);
  const id = await trusts.add("cli", { ...decided, name: "x", sourceId });
  const used: (Date | undefined)[] = [];
  for (const ms of [0, MINUTE_MS / 2, MINUTE_MS]) {
    nowMs += ms;
    await trusts.touch(id);
    used.push((await trusts.find(id))?.lastUsedAt);
  }
  expect([used[1], used[2]]).toEqual([used[0], clock.now()]);
});

test("of ten processes that get the same assertion at once, one may take it; what is over is forgotten", async () => {
  const ledgers = Array.from({ length: 10 }, () => createAssertionLedger(database, clock));
  const end = new Date(nowMs + MINUTE_MS);
  for (let round = 0; round < 10; round++) {
    const digest = randomBytes(32);
    const taken = await Promise.all(ledgers.map((ledger) => ledger.consume(digest, end)));
    expect(taken.filter((first) => first)).toHaveLength(1);
  }
  nowMs += MINUTE_MS + 1;
  expect(await ledgers[0]!.consume(randomBytes(32), new Date(nowMs + MINUTE_MS))).toBe(true);
  expect(await database.usedAssertion.count()).toBe(1);
});
