import type pg from "pg";
import { systemClock } from "../../../src/core/clock.ts";
import { Unavailable } from "../../../src/core/errors.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { Secret } from "../../../src/core/secrets/secret.ts";
import { createSigningKey } from "../../../src/http/auth/oauth/signing.ts";
import { SCOPES } from "../../../src/http/auth/scopes.ts";
import { hashSecret, isSecretOf, readToken } from "../../../src/http/auth/tokens.ts";
import { ensureBootstrap } from "../../../src/store/access/bootstrap.ts";
import { createPrisma, type Database } from "../../../src/store/access/prisma.ts";
import { createSigningKeys } from "../../../src/store/access/signing-keys.ts";
import { createSources, SourceNameTaken } from "../../../src/store/access/sources.ts";
import { createTokens, TokenRefused } from "../../../src/store/access/tokens.ts";
import { createPool } from "../../../src/store/postgres/pool.ts";
import { createTestDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";

const DAY_MS = 24 * 60 * 60_000;
let shared: TestDatabase;
let pool: pg.Pool;
let database: Database;

/** A clock that stands still until it is moved. */
function fixedClock(start = new Date("2026-03-01T08:00:00Z")) {
  let nowMs = start.getTime();
  return {
    clock: { ...systemClock, now: () => new Date(nowMs) },
    advance: (ms: number) => {
      nowMs += ms;
    },
  };
}

function rooms(clock = systemClock) {
  return {
    sources: createSources(database, clock),
    tokens: createTokens({ database, clock, environment: "test" }),
  };
}

const events = (code: string) =>
  database.history.findMany({
    where: { code },
    orderBy: { id: "asc" },
    select: { actor: true, sourceId: true, detail: true },
  });

beforeEach(async () => {
  shared = await createTestDatabase();
  pool = createPool({ url: shared.url, max: 5, logger: silentLogger });
  database = createPrisma(pool);
});
afterEach(async () => {
  await database.$disconnect();
  await pool.end();
  await shared.drop();
});

describe("sources", () => {
  test("are made with the event that says so, and listed by name", async () => {
    const { sources } = rooms();
    const workday = await sources.create("cli", { name: "workday", kind: "workday" });
    const entra = await sources.create("cli", { name: "entra", kind: "entra" });
    expect(await sources.list()).toEqual([entra, workday]);
    expect(await events("source.created")).toEqual([
      { actor: "cli", sourceId: workday.id, detail: { name: "workday", kind: "workday" } },
      { actor: "cli", sourceId: entra.id, detail: { name: "entra", kind: "entra" } },
    ]);
  });

  test("a name is taken once, and nothing of the second attempt remains", async () => {
    const { sources } = rooms();
    await sources.create("cli", { name: "entra", kind: "entra" });
    await expect(sources.create("cli", { name: "entra", kind: "okta" })).rejects.toThrow(SourceNameTaken);
    expect(await events("source.created")).toHaveLength(1);
  });

  test("ten processes that need the default one at once share it", async () => {
    const { sources } = rooms();
    const made = await Promise.all(Array.from({ length: 10 }, () => sources.ensureDefault()));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await sources.list()).toEqual([expect.objectContaining({ name: "default", kind: "entra" })]);
  });
});

describe("tokens", () => {
  test("only the hash of the secret is stored", async () => {
    const { sources, tokens } = rooms();
    const { id: sourceId } = await sources.ensureDefault();
    const made = await tokens.create("cli", { name: "Entra", sourceId, scopes: ["provision"] });
    expect(readToken(made.text)).toEqual({
      kind: "token",
      parts: { environment: "test", id: made.id, secret: made.secret },
    });

    const found = await tokens.find(made.id);
    expect(found).toMatchObject({ id: made.id, sourceId, scopes: ["provision"] });
    expect(isSecretOf(made.secret, found!.secretHash)).toBe(true);
    const { rows } = await pool.query<{ dump: string }>(
      "select (select json_agg(t)::text from tokens t) || (select json_agg(h)::text from history h) as dump",
    );
    expect(rows[0]!.dump).not.toContain(made.secret);
    expect(rows[0]!.dump).toContain(hashSecret(made.secret).toString("hex"));
  });

  test("what is listed has no hash", async () => {
    const { clock } = fixedClock();
    const { sources, tokens } = rooms(clock);
    const { id: sourceId } = await sources.ensureDefault();
    const made = await tokens.create("cli", { name: "auditor", sourceId, scopes: ["history:read"] });
    expect(await tokens.list()).toEqual([
      {
        id: made.id,
        name: "auditor",
        sourceId,
        sourceName: "default",
        scopes: ["history:read"],
        createdAt: clock.now(),
        expiresAt: made.expiresAt,
      },
    ]);
  });

  test.each<[string, number | undefined, boolean]>([
    ["of a year when nothing is said", undefined, true],
    ["of a day", DAY_MS, true],
    ["of two years", 730 * DAY_MS, false],
    ["that is over", -1, false],
  ])("a life %s", async (_name, lifeMs, isAllowed) => {
    const { clock } = fixedClock();
    const { sources, tokens } = rooms(clock);
    const { id: sourceId } = await sources.ensureDefault();
    const expiresAt = lifeMs === undefined ? {} : { expiresAt: new Date(clock.now().getTime() + lifeMs) };
    const attempt = tokens.create("cli", { name: "x", sourceId, scopes: ["admin"], ...expiresAt });
    if (isAllowed)
      expect((await attempt).expiresAt.getTime() - clock.now().getTime()).toBe(lifeMs ?? 366 * DAY_MS);
    else await expect(attempt).rejects.toThrow(TokenRefused);
    expect(await tokens.list()).toHaveLength(isAllowed ? 1 : 0);
  });

  test("revoking is recorded once, however often it is asked for", async () => {
    const { clock, advance } = fixedClock();
    const { sources, tokens } = rooms(clock);
    const { id: sourceId } = await sources.ensureDefault();
    const { id } = await tokens.create("cli", { name: "x", sourceId, scopes: ["provision"] });
    const revokedAt = clock.now();
    expect(await tokens.revoke("token:admin", id)).toBe(true);
    advance(DAY_MS);
    expect(await tokens.revoke("token:admin", id)).toBe(true);
    expect(await tokens.revoke("token:admin", "nobody")).toBe(false);
    expect((await tokens.find(id))?.revokedAt).toEqual(revokedAt);
    expect(await events("token.revoked")).toEqual([
      { actor: "token:admin", sourceId, detail: { tokenId: id, scopes: ["provision"] } },
    ]);
  });

  test("the last use is written once a minute", async () => {
    const { clock, advance } = fixedClock();
    const { sources, tokens } = rooms(clock);
    const { id: sourceId } = await sources.ensureDefault();
    const { id } = await tokens.create("cli", { name: "x", sourceId, scopes: ["provision"] });
    const used: (Date | undefined)[] = [];
    for (const ms of [0, 30_000, 31_000]) {
      advance(ms);
      await tokens.touch(id);
      used.push((await tokens.find(id))?.lastUsedAt);
    }
    const [first, second, third] = used;
    expect(second).toEqual(first);
    expect(third).toEqual(clock.now());
  });
});

describe("the way in at the first start", () => {
  test("of ten processes one has the token to print, and it opens everything", async () => {
    const deps = rooms();
    const starts = await Promise.all(Array.from({ length: 10 }, () => ensureBootstrap(deps)));
    const printed = starts.flatMap(({ newToken }) => newToken ?? []);
    expect(printed).toHaveLength(1);
    const reading = readToken(printed[0]!);
    if (reading.kind !== "token") throw new Error("what was printed is no token");
    const { id, secret } = reading.parts;
    const record = await deps.tokens.find(id);
    expect(record?.scopes).toEqual(SCOPES);
    expect(isSecretOf(secret, record!.secretHash)).toBe(true);
    expect(record?.sourceId).toBe(starts[0]!.source.id);
  });

  test("the second start has nothing to print", async () => {
    const deps = rooms();
    await ensureBootstrap(deps);
    expect((await ensureBootstrap(deps)).newToken).toBeUndefined();
  });

  test("with a token in the settings none is made", async () => {
    const deps = rooms();
    const { source, newToken } = await ensureBootstrap({ ...deps, configured: new Secret("x".repeat(32)) });
    expect([source.name, newToken, await deps.tokens.list()]).toEqual(["default", undefined, []]);
  });
});

describe("the signing key", () => {
  test("ten processes that make one at once have the same, and no new one comes later", async () => {
    const processes = Array.from({ length: 10 }, () => createSigningKey(createSigningKeys(database)));
    const keys = await Promise.all(processes.map((key) => key()));
    const later = await createSigningKey(createSigningKeys(database))();
    expect(new Set([...keys, later].map(({ kid }) => kid)).size).toBe(1);
    expect(await database.signingKey.count()).toBe(1);
    expect(later.publicJwk).not.toHaveProperty("d");
  });
});

test("a database that does not answer is unavailable, not a failure of ours", async () => {
  const gone = createPool({
    url: "postgresql://nobody:nothing@127.0.0.1:1/none",
    max: 1,
    logger: silentLogger,
  });
  const tokens = createTokens({ database: createPrisma(gone), clock: systemClock, environment: "test" });
  await expect(tokens.find("x")).rejects.toThrow(Unavailable);
  await gone.end();
});

test("a connection that the server ends is unavailable too, and the next one serves", async () => {
  await expect(database.$queryRaw`select pg_terminate_backend(pg_backend_pid())`).rejects.toThrow(
    Unavailable,
  );
  expect(await database.source.count()).toBe(0);
});
