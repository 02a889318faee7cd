import type { LogSource } from "../../../src/history/log/log-source.ts";
import { laidOutLog, storedLog } from "../../../src/history/log/sources.ts";
import { inStretches } from "../../../src/history/log/stretches.ts";
import { type Verdict, verifyLog } from "../../../src/history/log/verify.ts";
import { createLogReader } from "../../../src/store/history/log/reader.ts";
import { beginTestLog } from "../../support/history-log.ts";
import { openProduct, type Product } from "../../support/product.ts";

/* A log that is read from a server by the stretch: the same log, in fewer requests. */

const EVENTS = 4_500;
const COUNTED_TWICE = /^(checkpoint|key)$/;

let product: Product;
let asked: string[];
beforeEach(async () => {
  product = await openProduct();
  const seal = await beginTestLog(product.pool);
  await product.pool.query(
    `insert into history (id, at, code, actor, subject_kind, subject, attributes, sealed, detail)
     select (lpad(to_hex(1780000000000 + n), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5('b' || n), 1, 15))::uuid,
       to_timestamp(1780000000 + n / 1000.0), 'user.updated', 'token:one', 'user', md5(n::text)::uuid, array['title'],
       case when n % 3 = 0 then decode(repeat(md5(n::text), 5), 'hex') end, json_build_object('n', n, 'text', 'Ä "quoted" \\')
     from generate_series(1, $1) n`,
    [EVENTS],
  );
  await seal();
  asked = [];
});
afterEach(() => product.close());

const ask = async (path: string): Promise<Buffer | undefined> => {
  asked.push(path);
  const answer = await fetch(`${product.base}/history/${path}`, {
    headers: { authorization: `Bearer ${product.bootstrap}` },
  });
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw new Error(`${path} answers ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
};
const stretch = (first: number, count: number) => ask(`stretch?first=${first}&count=${count}`);
const byTheStretch = (): LogSource => inStretches(laidOutLog(ask), stretch);
const faultOf = (verdict: Verdict) => (verdict.ok ? undefined : verdict.fault);

test("every entry and event is compared, in a fiftieth of the requests", async () => {
  const [stored, single] = [
    await verifyLog(storedLog(createLogReader(product.pool))),
    await verifyLog(laidOutLog(ask)),
  ];
  const singly = asked.length;
  asked = [];
  expect(await verifyLog(byTheStretch())).toEqual(single);
  expect(single).toEqual(stored);
  expect(single).toMatchObject({
    ok: true,
    verified: { events: { compared: expect.any(Number), expired: 0, withoutValues: 0 } },
  });
  const stretches = asked.filter((path) => path.startsWith("stretch"));
  // Some events of the start are there too.
  expect(stretches).toHaveLength(2);
  expect(asked.filter((path) => !COUNTED_TWICE.test(path))).toEqual(stretches);
  expect(singly).toBeGreaterThan(3 * Math.floor(EVENTS / 256));
});

test.each<[string, string]>([
  [
    "an event",
    "update history set actor = 'token:two' where id = (select event from history_leaves where index = 4200)",
  ],
  [
    "values",
    "update history set sealed = '\\x00' where id = (select event from history_leaves where index = 4200)",
  ],
  [
    "an entry",
    "update history_leaves set entry = replace(entry, 'token:one', 'token:two') where index = 4200",
  ],
  [
    "a tile",
    "update history_tiles set hashes = overlay(hashes placing '\\x00' from 3200) where level = 0 and index = 16",
  ],
  [
    "an event that is missing",
    "delete from history where id = (select event from history_leaves where index = 4200)",
  ],
  ["an entry that is missing", "delete from history_leaves where index = 4200"],
])("%s that was altered is named as it is otherwise", async (_what, sql) => {
  await product.pool.query(
    "alter table history disable trigger user; alter table history_leaves disable trigger user; alter table history_tiles disable trigger user",
  );
  await product.pool.query(sql);
  const stored = faultOf(await verifyLog(storedLog(createLogReader(product.pool))));
  expect(stored).toBeDefined();
  const verdict = verifyLog(byTheStretch());
  // What the server cannot put together breaks the answer off, as far as it is.
  await expect(verdict.then(faultOf, (error: Error) => error.message)).resolves.toEqual(
    stored?.message.includes("are missing") ? expect.anything() : stored,
  );
});

test("a server that has no such address, or keeps files, is read as before", async () => {
  const verdict = await verifyLog(inStretches(laidOutLog(ask), async () => undefined));
  expect(verdict).toEqual(await verifyLog(laidOutLog(ask)));
  expect(asked.filter((path) => path.startsWith("stretch"))).toEqual([]);
});

test("a stretch that breaks off is read bundle by bundle, and the next one as a whole again", async () => {
  const broken = inStretches(laidOutLog(ask), async (first, count) => {
    if (first === 0) throw new Error("terminated");
    return stretch(first, count);
  });
  expect(await verifyLog(broken)).toEqual(await verifyLog(storedLog(createLogReader(product.pool))));
  expect(asked.filter((path) => path.startsWith("stretch"))).toHaveLength(1);
  expect(asked.filter((path) => path.startsWith("events"))).toHaveLength(16);
});

test("an answer that is cut off, too short or about something else is not taken for the log", async () => {
  const whole = await stretch(0, 4_096);
  const answers: readonly [string, Buffer, object][] = [
    ["cut off", whole!.subarray(0, 100_000), { ok: false }],
    ["of another place", (await stretch(256, 4_096))!, { ok: false }],
  ];
  for (const [what, answer, expected] of answers) {
    const verdict = await verifyLog(
      inStretches(laidOutLog(ask), async (first, count) => (first === 0 ? answer : stretch(first, count))),
    );
    expect([what, verdict]).toEqual([what, expect.objectContaining(expected)]);
  }
  // What it leaves out is asked for by itself.
  const short = await verifyLog(
    inStretches(laidOutLog(ask), async (first, count) =>
      first === 0 ? stretch(0, 512) : stretch(first, count),
    ),
  );
  expect(short).toMatchObject({ ok: true });
});

test.each([
  "first=1&count=1",
  "first=0&count=0",
  "first=0&count=4097",
  "first=0",
  "first=x&count=1",
  "first=-256&count=1",
])("%s is refused", async (query) =>
  expect((await product.send("GET", `/history/stretch?${query}`)).status).toBe(400),
);

test("beyond the published end there is nothing", async () => {
  expect((await product.send("GET", "/history/stretch?first=5120&count=1")).status).toBe(404);
  expect(
    (
      await product.send("GET", "/history/stretch?first=0&count=1", {
        token: await product.token(["provision"]),
      })
    ).status,
  ).toBe(403);
});
