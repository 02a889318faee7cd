import { createScimClient, type ScimClient } from "../../conformance/client.ts";
import { type ScimApp, startScimApp } from "../../support/scim-app.ts";

/* One client asks for much at once: it waits for itself, others do not wait for it. */

let app: ScimApp;
let entra: ScimClient;
let other: ScimClient;

beforeAll(async () => {
  app = await startScimApp({ concurrencyPerClient: 10 });
  entra = createScimClient({ base: app.base, token: app.token });
  other = createScimClient({ base: app.base, token: await app.addSource("other") });
  const { id } = await entra.user({ emails: [{ type: "work", value: "someone@example.com" }] });
  await app.pool.query(
    `insert into users select (jsonb_populate_record(u, jsonb_build_object('id', gen_random_uuid(), 'user_name', 'p' || n, 'user_name_key', 'p' || n))).*
       from users u, generate_series(1, 250) n where u.id = $1`,
    [id],
  );
});
afterAll(() => app.close());

/** As a client that does not try again. */
const get = (path: string) =>
  fetch(`${app.base}${path}`, { headers: { authorization: `Bearer ${app.token}` } });
const terms = (count: number): string =>
  Array.from({ length: count }, (_, at) => `emails.value ew "@nobody-${at}"`).join(" or ");
const SLOW: readonly [string, string][] = [
  ["filters that no index serves", `/Users?filter=${encodeURIComponent(terms(45))}`],
  ["totals of them", `/Users?count=0&filter=${encodeURIComponent(terms(45))}`],
  ["searches over all types", `/?filter=${encodeURIComponent(terms(40))}`],
];

test.each(SLOW)("24 %s: other requests, and those of others, are served meanwhile", async (_name, path) => {
  let running = 24;
  const slow = Array.from({ length: 24 }, () => get(path).finally(() => running--));
  const waits: number[] = [];
  for (let at = 0; at < 10 && running > 0; at++) {
    const started = performance.now();
    const { id } = await other.user();
    expect((await other.get(`/Users/${id}`)).status).toBe(200);
    waits.push(performance.now() - started);
  }
  expect(waits.length).toBeGreaterThan(1);
  const statuses = (await Promise.all(slow)).map(({ status, headers }) => [
    status,
    status === 200 || Number(headers.get("retry-after")) > 0,
  ]);
  expect(
    statuses.every(([status, isTold]) => [200, 429, 503].includes(status as number) && isTold === true),
  ).toBe(true);
  expect(statuses.some(([status]) => status === 200)).toBe(true);
  // A database with every connection in use would answer after three seconds at the earliest.
  expect(Math.max(...waits)).toBeLessThan(3_000);
  expect(app.pool.waitingCount).toBe(0);
});

test("more requests at once than a client may have wait for each other and are all answered", async () => {
  const answers = await Promise.all(
    Array.from({ length: 60 }, () => get(`/Users?filter=${encodeURIComponent('userName eq "p7"')}`)),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 60 }, () => 200));
});
