import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createLocalJWKSet, jwtVerify } from "jose";
import pg from "pg";
import { openFeed } from "../../../src/compose/feed.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { uuidv7 } from "../../../src/core/id.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { createMeter } from "../../../src/core/meter.ts";
import type { Turns } from "../../../src/core/turns.ts";
import type { CloudEvent } from "../../../src/feed/cloud-event.ts";
import type { loadLibrary } from "../../../src/feed/sinks/load-library.ts";
import { createTraffic } from "../../../src/http/monitoring/traffic.ts";
import { parseConfig } from "../../../src/settings/load-config.ts";
import { createFeedStore } from "../../../src/store/feed/feed-store.ts";
import { type Broker, createKafkaBroker } from "../../support/network/brokers.ts";
import { openProduct, type Product } from "../../support/product.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";
import { testVault } from "../../support/vault.ts";

/* Events to other systems, over real HTTP and with a broker in memory in the place of Kafka's library. */

let product: Product;
let folder: string;
const running: Turns[] = [];
beforeEach(async () => {
  product = await openProduct();
  folder = mkdtempSync(join(temporaryRoot(), "feed-"));
});
afterEach(async () => {
  for (const feed of running.splice(0)) await feed.stop();
  await product.close();
  rmSync(folder, { recursive: true });
});

async function start(sinks: string, load?: typeof loadLibrary): Promise<Turns> {
  const file = join(folder, "feed.yaml");
  writeFileSync(file, `version: 1\nsinks:\n${sinks}`);
  const config = parseConfig({ FEED_FILE: file, PUBLIC_URL: "https://scim.example.com" });
  const app = {
    config,
    pool: product.pool,
    vault: testVault,
    clock: systemClock,
    logger: silentLogger,
    traffic: createTraffic(),
    meter: createMeter(),
  };
  const feed = await openFeed(app, { everyMs: 20, ...(load ? { load } : {}) });
  running.push(feed);
  return feed;
}

const cursor = async (consumer: string) =>
  (await product.pool.query("select * from feed_cursors where consumer = $1", [consumer])).rows[0];

interface Taken {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly event: CloudEvent & {
    readonly subject?: string;
    readonly data: { readonly code: string; readonly attributes?: readonly string[] };
  };
}

/** A receiver that keeps what it takes. */
async function openReceiver(): Promise<{
  url: string;
  taken: Taken[];
  answers(status: () => number): void;
  close(): Promise<void>;
}> {
  const taken: Taken[] = [];
  let status = () => 204;
  const server: Server = createServer(async (req, res) => {
    let text = "";
    for await (const chunk of req) text += chunk;
    const answer = status();
    if (answer < 300) taken.push({ headers: req.headers, text, event: JSON.parse(text) });
    res.writeHead(answer).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`,
    taken,
    answers(next) {
      status = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const person = (userName: string, title = "Clerk") => ({
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
  userName,
  displayName: "Chan Mei",
  title,
});

async function createPerson(userName: string): Promise<string> {
  const { status, body } = await product.send("POST", "/scim/v2/Users", { body: person(userName) });
  expect(status).toBe(201);
  return body.id;
}

test("a webhook gets signed CloudEvents without values of people, once it is there and in order", async () => {
  const receiver = await openReceiver();
  const secret = "a-secret-of-the-receiver";
  writeFileSync(join(folder, "secret"), `${secret}\n`);
  await start(
    `  - { name: siem, kind: webhook, url: "${receiver.url}", allowPrivate: true, secretFile: ${folder}/secret, codes: [user.*] }\n`,
  );
  await product.until(async () => (await cursor("siem")) !== undefined);
  receiver.answers(() => 500);
  const id = await createPerson("mei.chan@example.com");
  for (const title of ["Manager", "Director"])
    await product.send("PUT", `/scim/v2/Users/${id}`, { body: person("mei.chan@example.com", title) });
  await product.until(async () => (await cursor("siem")).error === "http-500");
  receiver.answers(() => 204);
  await product.until(async () => receiver.taken.length >= 3);
  await receiver.close();

  const of = (code: string) => receiver.taken.filter(({ event }) => event.data.code === code);
  expect([of("user.created").length, of("user.updated").length]).toEqual([1, 2]);
  expect(receiver.taken[0]!.event).toMatchObject({
    specversion: "1.0",
    source: "https://scim.example.com",
    type: "dingtalk-scim.user.created",
    subject: `user/${id}`,
    partitionkey: id,
    datacontenttype: "application/json",
    sequence: expect.stringMatching(/^\d{16}$/),
  });
  const sequences = receiver.taken.map(({ event }) => event.sequence);
  expect(sequences).toEqual([...sequences].sort());
  expect(receiver.taken[1]!.event.data.attributes).toEqual(["title"]);
  for (const { headers, text, event } of receiver.taken) {
    expect(text).not.toMatch(/mei\.chan|Chan Mei|Clerk|Manager|Director/);
    const signed = `${event.id}.${headers["webhook-timestamp"]}.${text}`;
    // A secret that is no Base64 counts as its bytes; this one is.
    const key = Buffer.from(secret, "base64");
    expect([headers["webhook-id"], headers["webhook-signature"]]).toEqual([
      event.id,
      `v1,${createHmac("sha256", key).update(signed).digest("base64")}`,
    ]);
    expect(headers["content-type"]).toBe("application/cloudevents+json; charset=UTF-8");
  }
});

/** `count` events of 50 subjects, as many processes wrote them: ids are out of the order of the commits. */
async function writeEvents(count: number): Promise<void> {
  await product.pool.query(
    `insert into history (id, at, code, actor, subject_kind, subject, detail)
     select (lpad(to_hex((extract(epoch from now()) * 1000 - (n * 7919 % 5000))::bigint), 12, '0') || '7' || substr(md5(random()::text), 1, 19))::uuid,
       now(), 'user.updated', 'worker', 'user', ('00000000-0000-7000-8000-' || lpad((n % 50)::text, 12, '0'))::uuid, json_build_object('n', n)
     from generate_series(1, $1::int) n`,
    [count],
  );
}

test("a broker that was away for 10,000 events gets all of them afterwards, each subject in order, at least once", async () => {
  const broker = createKafkaBroker();
  broker.losesOneIn = 7;
  broker.state = "away";
  const sink = '  - { name: lake, kind: kafka, brokers: ["127.0.0.1:9092"], topic: scim, personal: true }\n';
  await start(sink, broker.load);
  await product.until(async () => (await cursor("lake")) !== undefined);
  const written = 10_000;
  for (let part = 0; part < 20; part++) await writeEvents(written / 20);
  await product.until(async () => (await cursor("lake")).error === "ECONNREFUSED");
  broker.state = "there";
  await product.until(async () => {
    const { rows } = await product.pool.query(
      "select last - position as behind, last from feed_order, feed_cursors",
    );
    return Number(rows[0].behind) === 0 && Number(rows[0].last) >= written;
  });
  const updates = broker.messages.filter(({ event }) => event.data["code"] === "user.updated");
  expect(new Set(updates.map(({ event }) => event.id)).size).toBe(written);
  assertOrderPerKey(broker.messages);
});

/** A repetition goes back, and then everything comes again: what is new to the receiver is in order. */
function assertOrderPerKey(messages: Broker["messages"]): void {
  const newest = new Map<string | null, string>();
  const seen = new Set<string>();
  for (const { key, event } of messages) {
    if (seen.has(event.id)) continue;
    seen.add(event.id);
    expect(event.sequence > (newest.get(key) ?? "")).toBe(true);
    newest.set(key, event.sequence);
  }
}

test("what is committed late is not missed, whatever its id says", async () => {
  const store = createFeedStore(product.pool, testVault);
  await store.register(["c"]);
  const late = await product.pool.connect();
  const event = (at: number) => [uuidv7(at), new Date(at)];
  const insert = "insert into history (id, at, code, actor) values ($1, $2, 'user.updated', 'worker')";
  const now = Date.now();
  await late.query("begin");
  await late.query(insert, event(now - 5_000));
  await product.pool.query(insert, event(now));
  expect(await store.order()).toBeGreaterThan(0);
  const before = await store.read(0, 100);
  await late.query("commit");
  late.release();
  expect(await store.order()).toBe(1);
  const after = await store.read(0, 100);
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after.at(-1)!.event.at.getTime()).toBe(now - 5_000);
});

test("the order of commits is kept while many write and two processes number", async () => {
  const stores = [createFeedStore(product.pool, testVault), createFeedStore(product.pool, testVault)];
  await stores[0]!.register(["c"]);
  const skewsMs = [-60_000, -3_000, 0, 3_000];
  const subjects = Array.from({ length: 4 }, () => uuidv7(Date.now()));
  let isOver = false;
  const ordering = stores.map(async (store) => {
    while (!isOver) await store.order();
  });
  const pool = new pg.Pool({
    connectionString: product.pool.options.connectionString,
    ...product.pool.options,
    max: 6,
  });
  // Events of one subject are committed one after the other, by processes whose clocks differ.
  await Promise.all(
    subjects.map(async (subject, lane) => {
      for (let n = 0; n < 40; n++) {
        const skewMs = skewsMs[(n + lane) % skewsMs.length]!;
        await pool.query(
          "insert into history (id, at, code, actor, subject_kind, subject, detail) values ($1, now(), 'user.updated', 'worker', 'user', $2, json_build_object('n', $3::int))",
          [uuidv7(Date.now() + skewMs), subject, n],
        );
      }
    }),
  );
  isOver = true;
  await Promise.all(ordering);
  await stores[0]!.order();
  await pool.end();
  const all = await stores[0]!.read(0, 1_000);
  expect(all.map(({ position }) => position)).toEqual(all.map((_, at) => at + 1));
  for (const subject of subjects) {
    const numbers = all
      .filter(({ event }) => event.subject?.id === subject)
      .map(({ event }) => event.detail?.["n"]);
    expect(numbers).toEqual(Array.from({ length: 40 }, (_, n) => n));
  }
});

test("two processes share the work: one sends to a sink at a time, and another takes over from one that died", async () => {
  const store = createFeedStore(product.pool, testVault);
  await store.register(["c"]);
  await writeEvents(3);
  await store.order();
  const first = await store.take("c", 400);
  expect(first).toMatchObject({ position: 0, attempts: 0 });
  expect(await store.take("c", 400)).toBeUndefined();
  await product.until(async () => (await store.take("c", 60_000)) !== undefined);
  // The dead one wakes up.
  expect(await store.advance("c", first!, 3, 400)).toBe(false);
  await store.fail("c", first!, { position: 3, error: "x", waitMs: 0 });
  expect(await cursor("c")).toMatchObject({ position: 0, error: null });
});

test("a receiver fetches signed tokens by poll, gets again what it has not acknowledged, and can go back", async () => {
  const file = join(folder, "feed.yaml");
  writeFileSync(
    file,
    "version: 1\nsinks:\n  - { name: risc, kind: poll, audience: https://receiver.example.com }\n",
  );
  const polled = await openProduct({ settings: { FEED_FILE: file, PUBLIC_URL: "https://scim.example.com" } });
  try {
    const poll = async (body: object) => {
      const { status, body: answer } = await polled.send("POST", "/api/feed/risc/poll", {
        body: { returnImmediately: true, ...body },
      });
      expect(status).toBe(200);
      return answer as { readonly sets: Readonly<Record<string, string>>; readonly moreAvailable?: true };
    };
    expect(await poll({})).toEqual({ sets: {} });
    const made = await polled.send("POST", "/scim/v2/Users", { body: person("mei.chan@example.com") });
    await polled.send("PUT", `/scim/v2/Users/${made.body.id}`, {
      body: person("mei.chan@example.com", "Manager"),
    });
    await polled.send("DELETE", `/scim/v2/Users/${made.body.id}`);
    const first = await poll({ maxEvents: 2 });
    expect([Object.keys(first.sets).length, first.moreAvailable]).toEqual([2, true]);
    const keys = createLocalJWKSet((await polled.send("GET", "/.well-known/jwks.json", { token: "" })).body);
    const read = async (token: string) =>
      await jwtVerify(token, keys, {
        issuer: "https://scim.example.com",
        audience: "https://receiver.example.com",
        typ: "secevent+jwt",
      });
    const [[id, token] = ["", ""], [second] = [""]] = Object.entries(first.sets);
    expect((await read(token)).payload).toMatchObject({
      jti: id,
      txn: made.headers.get("x-request-id"),
      sub_id: { format: "scim", uri: `/Users/${made.body.id}` },
      events: {
        "urn:ietf:params:scim:event:prov:create:notice": { attributes: expect.arrayContaining(["userName"]) },
      },
    });
    expect(token).not.toContain(Buffer.from("mei.chan").toString("base64url"));
    // The second is acknowledged before the first.
    expect(Object.keys((await poll({ ack: [second], maxEvents: 2 })).sets)[0]).toBe(id);
    const rest = await poll({ setErrs: { [id]: { err: "invalid_request" } } });
    const tokens = await Promise.all(Object.values(rest.sets).map(read));
    expect(tokens.map(({ payload }) => payload["events"])).toEqual([
      { "urn:ietf:params:scim:event:prov:delete": {} },
    ]);
    expect(await poll({ ack: Object.keys(rest.sets) })).toEqual({ sets: {} });
    const { body: feed } = await polled.send("GET", "/api/feed");
    expect(feed.consumers).toMatchObject([
      { name: "risc", kind: "poll", behind: 0, failures: 0, error: null },
    ]);
    expect((await polled.send("POST", "/api/feed/risc/replay", { body: { from: 1 } })).status).toBe(200);
    expect(Object.keys((await poll({})).sets)).toEqual([id, second, ...Object.keys(rest.sets)]);
    expect((await polled.send("POST", "/api/feed/risc/replay", { body: { from: 1_000 } })).status).toBe(400);
    expect((await polled.send("POST", "/api/feed/other/poll", { body: {} })).status).toBe(404);
  } finally {
    await polled.close();
  }
});

test("a library that is not installed is told with what to install", async () => {
  const absent = start('  - { name: lake, kind: kafka, brokers: ["127.0.0.1:9092"], topic: scim }\n');
  await expect(absent).rejects.toThrow("FEED_FILE: sink lake needs the package kafkajs: npm i kafkajs@2.2.4");
  const second = start("  - { name: mq, kind: rocketmq, endpoint: 127.0.0.1:8081, topic: scim }\n");
  await expect(second).rejects.toThrow(
    "FEED_FILE: sink mq needs the package rocketmq-client-nodejs: npm i rocketmq-client-nodejs@1.0.8",
  );
});

test("without a file nothing is written down", async () => {
  const app = {
    config: parseConfig({}),
    pool: product.pool,
    vault: testVault,
    clock: systemClock,
    logger: silentLogger,
    traffic: createTraffic(),
    meter: createMeter(),
  };
  running.push(await openFeed(app, { everyMs: 5 }));
  await createPerson("wing.lam@example.com");
  const { rows } = await product.pool.query(
    "select (select count(*) from feed_order) + (select count(*) from feed_positions) + (select count(*) from feed_cursors) as n",
  );
  expect(Number(rows[0].n)).toBe(0);
});
