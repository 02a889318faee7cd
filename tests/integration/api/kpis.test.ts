import { randomUUID } from "node:crypto";
import type { JsonObject } from "../../../src/core/entity.ts";
import { uuidv7 } from "../../../src/core/id.ts";
import { createKpiStore } from "../../../src/store/kpis/kpis.ts";
import { readStats } from "../../../src/store/status/figures.ts";
import { openProduct, type Product } from "../../support/product.ts";
import { createRandom } from "../reconcile/random-directory.ts";
import { weeksFromHistory } from "./kpis-by-hand.ts";

/*
 * Every figure is told twice: by the table that is kept hour by hour, and by reading the whole history at the
 * end.
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const LEAVER_MINUTES = 60;

let product: Product;
beforeAll(async () => {
  product = await openProduct({ settings: { LEAVER_SLA_MINUTES: String(LEAVER_MINUTES) } });
});
afterAll(() => product.close());

const rollUp = async (now: Date): Promise<void> => {
  const store = createKpiStore(product.pool, "dingtalk", () => readStats(product.pool, "dingtalk"));
  const order = { now, leaverMinutes: LEAVER_MINUTES, attributes: ["name", "title", "mobile", "email"] };
  while ((await store.rollUp(order)).more);
};

interface Row {
  readonly at: Date;
  readonly code: string;
  readonly actor?: string;
  readonly causes?: readonly string[];
  readonly subject?: string;
  readonly outcome?: string;
  readonly detail?: JsonObject;
}

async function write(rows: readonly (Row & { readonly id: string })[]): Promise<void> {
  const json = rows.map(({ at, actor = "token:t", causes = [], subject, code, ...row }) => ({
    ...row,
    ...{ code, actor, at, causes, subject, subject_kind: subject ? "user" : null },
    target: code.startsWith("target.") || code === "kpis.measured" ? "dingtalk" : null,
  }));
  await product.pool.query(
    "insert into history select e.* from json_populate_recordset(null::history, $1) e",
    [JSON.stringify(json)],
  );
}

/**
 * Some weeks of an organisation: changes that take their time, leavers in and out of time, people who come
 * back, and what operators do.
 */
function someWeeks(from: number, until: number): (Row & { readonly id: string })[] {
  const random = createRandom(7);
  const rows: (Row & { readonly id: string })[] = [];
  const add = (row: Row): string => {
    const id = uuidv7(row.at.getTime());
    if (row.at.getTime() < until) rows.push({ ...row, id });
    return id;
  };
  const at = (ms: number) => new Date(Math.round(ms));
  /** A change, and when it was carried out; the causes may have been merged. */
  const change = (
    ms: number,
    code: string,
    action: string,
    subject: string,
    tookMs: number,
    outcome = "done",
  ): void => {
    const first = add({ at: at(ms), code, subject });
    const others = random() < 0.2 ? [add({ at: at(ms + tookMs / 3), code: "user.updated", subject })] : [];
    const causes =
      random() < 0.1
        ? [
            add({
              at: at(ms + tookMs / 2),
              code: "marks.merged",
              actor: "system",
              subject,
              causes: [first, ...others],
            }),
          ]
        : [first, ...others];
    const intent = add({
      at: at(ms + tookMs * 0.9),
      code: "target.intent",
      actor: "worker",
      subject,
      causes,
      detail: { action },
    });
    add({
      at: at(ms + tookMs),
      code: "target.outcome",
      actor: "worker",
      subject,
      causes: [intent],
      outcome,
      detail: { action },
    });
  };
  for (let person = 0; person < 150; person++) {
    const subject = randomUUID();
    let ms = from + random() * (until - from) * 0.8;
    change(ms, "user.created", "create", subject, 1_000 + random() * 90_000);
    for (let n = 0; n < random() * 6; n++) {
      ms += 200_000 + random() * DAY_MS;
      change(
        ms,
        "user.updated",
        "update",
        subject,
        300 + random() ** 4 * HOUR_MS,
        random() < 0.15 ? "refused" : "done",
      );
    }
    if (random() < 0.6) {
      ms += DAY_MS;
      change(
        ms,
        "user.deactivated",
        random() < 0.5 ? "remove" : "suspend",
        subject,
        random() ** 2 * 3 * HOUR_MS,
        random() < 0.15 ? "refused" : "done",
      );
      if (random() < 0.3) add({ at: at(ms + random() * 2 * HOUR_MS), code: "user.activated", subject });
      if (random() < 0.3) add({ at: at(ms + 4 * HOUR_MS), code: "user.deleted", subject });
    } else if (random() < 0.3) {
      change(ms + DAY_MS, "user.deleted", "remove", subject, random() * 2 * HOUR_MS);
    }
  }
  // Somebody who was never there leaves nobody waiting.
  add({ at: at(from + DAY_MS), code: "user.deleted", subject: randomUUID() });
  for (let n = 0; n < 80; n++) {
    const actor = `token:${n % 3}`;
    const ms = from + random() * (until - from);
    for (let act = 0; act < random() * 4; act++)
      add({
        at: at(ms + act * random() * 20 * MINUTE_MS),
        code: ["operator.retry", "hold.approved", "adoption.linked", "operator.pause"][act]!,
        actor,
      });
    const begun = add({ at: at(ms), code: "operator.reconcile", actor: n % 2 ? "system" : actor });
    add({ at: at(ms + 5_000), code: "operator.reconcile", actor, causes: [begun] });
  }
  for (let ms = from + 2 * HOUR_MS; ms < until; ms += 9 * HOUR_MS) {
    const detail = {
      active: 150,
      present: 140 + Math.floor(random() * 10),
      accurate: 130 + Math.floor(random() * 10),
      right: { name: 145, title: 139 },
      calls: 3,
    };
    add({ at: at(ms), code: "kpis.measured", actor: "system", detail });
  }
  return rows.sort((one, other) => one.at.getTime() - other.at.getTime());
}

test("nothing is known before anything happened", async () => {
  const { status, body } = await product.send("GET", "/api/kpis?weeks=2");
  expect(status).toBe(200);
  expect(body).toMatchObject({
    targets: { latencySeconds: 45, leaverMinutes: 60 },
    day: { calls: null, latency: { count: 0, p95: null } },
  });
  expect(body.weeks).toHaveLength(2);
  expect(body.weeks[1]).toMatchObject({
    accuracy: null,
    coverage: null,
    interventions: 0,
    changes: 0,
    leavers: { total: 0, inTime: 0 },
  });
});

test.each(["0", "157", "-1", "1.5", "many"])("weeks=%s is refused", async (weeks) => {
  expect((await product.send("GET", `/api/kpis?weeks=${weeks}`)).status).toBe(400);
});

test("who may not read the history and orders nothing sees nothing", async () => {
  expect((await product.send("GET", "/api/kpis", { token: await product.token(["provision"]) })).status).toBe(
    403,
  );
  expect(
    (await product.send("GET", "/api/kpis", { token: await product.token(["history:read"]) })).status,
  ).toBe(200);
});

test("every figure of three weeks is what the history comes to", async () => {
  const now = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS + 20 * MINUTE_MS);
  const rows = someWeeks(now.getTime() - 17 * DAY_MS, now.getTime());
  const half = Math.floor(rows.length / 2);
  // The first half is rolled up before there is a second, as it is by a process that runs.
  await write(rows.slice(0, half));
  await rollUp(rows[half]!.at);
  await write(rows.slice(half));
  await rollUp(new Date(rows[half]!.at.getTime() + 10 * MINUTE_MS));
  await rollUp(now);

  const { rows: history } = await product.pool.query(
    "select id, at, code, actor, causes, subject, outcome, detail from history order by id",
  );
  const weeks = weeksFromHistory(history, now, { leaverMinutes: LEAVER_MINUTES, weeks: 4 });
  const told = (await product.send("GET", "/api/kpis?weeks=4")).body.weeks;
  expect(told.map(({ from }: { from: string }) => from)).toEqual(weeks.map(({ from }) => from.toISOString()));
  weeks.forEach((week, at) => {
    const { latency, ...same } = week;
    expect(told[at]).toMatchObject({ ...same, from: week.from.toISOString() });
    expect(told[at].latency.count).toBe(latency.length);
    for (const [name, share] of [
      ["p50", 0.5],
      ["p95", 0.95],
      ["p99", 0.99],
    ] as const) {
      if (latency.length === 0) expect(told[at].latency[name]).toBeNull();
      else {
        const exact = latency[Math.max(0, Math.ceil(latency.length * share) - 1)]!;
        expect(told[at].latency[name]).toBeGreaterThanOrEqual(exact - 0.002);
        expect(told[at].latency[name]).toBeLessThanOrEqual(exact * 1.021 + 0.002);
      }
    }
  });
  // None of the figures is nothing everywhere.
  const sum = (of: (week: (typeof told)[number]) => number): number =>
    told.reduce((all: number, week: (typeof told)[number]) => all + of(week), 0);
  expect(sum(({ leavers }) => leavers.inTime)).toBeGreaterThan(20);
  expect(sum(({ leavers }) => leavers.total - leavers.inTime)).toBeGreaterThan(10);
  expect(sum(({ interventions }) => interventions)).toBeGreaterThan(50);
  expect(sum(({ minutes }) => minutes)).toBeGreaterThan(50);
  expect(sum(({ changes }) => changes)).toBeGreaterThan(200);
});

test("the loop's own work is measured: who is right, by attribute, and how long it took", async () => {
  await product.control("edit", {
    call: "/topapi/v2/user/create",
    body: { name: "Stranger", mobile: "+852-91234567", dept_id_list: "1" },
  });
  await product.startSync();
  for (const [name, number] of [
    ["Ada", "+852 9123 0001"],
    ["Ben", "+852 9123 0002"],
    ["Li", "+852 9123 4567"],
  ] as const)
    await product.send("POST", "/scim/v2/Users", {
      body: {
        userName: `${name}@example.com`,
        displayName: name,
        title: "Clerk",
        phoneNumbers: [{ type: "mobile", value: number }],
      },
    });
  await product.quiet();
  const before = (await product.send("GET", "/api/kpis?weeks=1")).body.weeks[0];
  const now = new Date(Date.now() + HOUR_MS);
  await rollUp(now);
  const { rows } = await product.pool.query(
    "select detail from history where code = 'kpis.measured' order by id desc limit 1",
  );
  // Li is not there: the number is somebody else's.
  expect(JSON.parse(rows[0].detail)).toMatchObject({
    active: 3,
    present: 2,
    accurate: 2,
    right: { name: 2, title: 2, mobile: 2 },
  });
  const { weeks, day } = (await product.send("GET", "/api/kpis?weeks=1")).body;
  expect(weeks[0].changes).toBeGreaterThanOrEqual(before.changes + 2);
  expect(weeks[0].latency.count).toBeGreaterThanOrEqual(before.latency.count + 2);
  expect(day.latency.histogram[0]).toMatchObject({ upTo: 1 });
});

test("one process at a time brings the table up to date, and the measurement of an hour is made once", async () => {
  const now = new Date(Date.now() + 3 * HOUR_MS);
  await Promise.all(Array.from({ length: 4 }, () => rollUp(now)));
  const { rows } = await product.pool.query(
    "select count(*) as n from history where code = 'kpis.measured' and at >= $1",
    [new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS)],
  );
  expect(rows[0].n).toBe(1);
});
