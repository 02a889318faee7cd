import { type Clock, systemClock } from "../../../src/core/clock.ts";
import type { Logger } from "../../../src/core/logger.ts";
import { createLogger } from "../../../src/process/log.ts";
import { openProduct, type Product, type ProductOptions } from "../../support/product.ts";

/*
 * Several processes of the loop on one database: what is wrong with one is no reason for the others to stop,
 * what is wrong for all stops all.
 */

let product: Product;
const lines: string[] = [];
const heard: Logger = createLogger({
  level: "info",
  destination: { write: (line: string) => void lines.push(line) },
});
afterEach(() => product.close());

/** Waits between looks are over at once. */
const impatient: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 100), signal),
};
const open = async (options: ProductOptions = {}) => {
  lines.length = 0;
  product = await openProduct({ clock: impatient, logger: heard, ...options });
};
/** Looks twice as long as usual: several processes start in each test. */
const until = (condition: () => Promise<boolean>) =>
  product.until(condition).catch(() => product.until(condition));
const status = async () => (await product.send("GET", "/api/sync/status")).body;
let number = 0;
const add = async (displayName: string): Promise<string> => {
  const phoneNumbers = [{ type: "mobile", value: `+852 9200 ${1_000 + number++}` }];
  return (
    await product.send("POST", "/scim/v2/Users", {
      body: { userName: displayName, displayName, phoneNumbers },
    })
  ).body.id;
};
const isThere = (id: string) => async () =>
  (await product.remote()).users.some(({ userid }) => userid === id);
const resting = async () =>
  (await status()).processes.filter(({ state }: { state: string }) => state === "resting");

test.each<[string, { settings?: Record<string, string>; before?: () => Promise<void> }, string]>([
  ["a wrong secret of its own", { settings: { DINGTALK_APP_SECRET: "wrong" } }, "invalidClientIdOrSecret"],
  [
    "addresses of its own that answer something else",
    { settings: { DINGTALK_OAPI_URL: "http://127.0.0.1:9" } },
    "",
  ],
])("one process with %s does not stop the others", async (_name, { settings = {} }, code) => {
  await open();
  await product.startSync();
  await until(async () =>
    (await status()).processes.some(({ state }: { state: string }) => state === "working"),
  );
  const odd = await product.startSync(settings);
  if (code !== "") {
    await until(async () => (await resting()).length === 1);
    expect((await resting())[0].problems).toEqual([expect.objectContaining({ code })]);
  }
  for (const name of ["Ann", "Bo", "Cy"]) await until(isThere(await add(name)));
  expect((await status()).targetPause).toBeNull();
  await odd.stop(1_000);
  await until(async () => (await status()).processes.length === 1);
});

test("a wrong clock of one process stops that one only, and is said", async () => {
  await open();
  await product.startSync();
  await until(async () =>
    (await status()).processes.some(({ state }: { state: string }) => state === "working"),
  );
  await product.startSync(
    {},
    { clock: { ...impatient, now: () => new Date(systemClock.now().getTime() + 3_600_000) } },
  );
  await until(async () => (await resting()).length === 1);
  expect((await resting())[0].problems).toEqual([expect.objectContaining({ code: "clock" })]);
  await until(isThere(await add("Ann")));
  expect((await status()).targetPause).toBeNull();
  expect(lines.join("")).toContain("this process is not ready and is paused");
});

test("busy answers while a second process starts stop nobody", async () => {
  await open();
  await product.startSync();
  await until(isThere(await add("Ann")));
  await product.control("faults", { match: "/topapi/v2/user/listadmin", fault: "busy", times: 4 });
  await product.control("faults", { match: "/topapi/user/listadmin", fault: "busy", times: 4 });
  await product.control("faults", { match: "/auth/scopes", fault: "busy", times: 4 });
  await product.startSync();
  await until(
    async () =>
      (await status()).processes.filter(({ state }: { state: string }) => state === "working").length === 2,
  );
  expect((await status()).targetPause).toBeNull();
  await until(isThere(await add("Bo")));
});

test("a permission that is taken away stops all, and all go on as soon as it is given back", async () => {
  await open();
  await product.startSync();
  await product.startSync();
  await until(isThere(await add("Ann")));
  await product.control("switches", { revokedPermissions: ["qyapi_manage_addresslist"] });
  const bo = await add("Bo");
  await until(async () => (await status()).targetPause !== null);
  expect((await status()).targetPause).toMatchObject({
    reasonCode: expect.stringMatching(/^(permissionMissing|notReady)$/),
  });
  await until(async () => (await resting()).length === 2);
  await product.control("switches", { revokedPermissions: [] });
  // The pause itself would have lasted a minute.
  await until(isThere(bo));
  await until(async () => (await status()).targetPause === null);
  const told = lines.map((line) => JSON.parse(line) as { msg: string; api?: string; reasonCode?: string });
  expect(told.some(({ msg, api }) => msg === "calls are paused" && api === "everything")).toBe(true);
  await until(async () => lines.some((line) => line.includes("calls have resumed")));
});

test("an address that is not on the list stops the process, which says so, and nothing else", async () => {
  await open();
  await product.startSync();
  await until(isThere(await add("Ann")));
  await product.control("switches", { ipAllowList: ["203.0.113.1"] });
  const bo = await add("Bo");
  await until(async () => (await resting()).length === 1);
  expect((await resting())[0].problems).toEqual([expect.objectContaining({ code: "addressNotAllowed" })]);
  expect((await status()).targetPause).toBeNull();
  await product.control("switches", { ipAllowList: [] });
  await until(isThere(bo));
});

test("the status tells the mode the processes work in, whatever the API's own setting", async () => {
  await open();
  const observing = await product.startSync({ SYNC_MODE: "observe" });
  await until(async () => (await status()).processes.length === 1);
  expect((await status()).mode).toBe("observe");
  expect((await status()).processes).toMatchObject([
    { mode: "observe", mapping: expect.any(String), problems: [] },
  ]);
  await product.startSync({ SYNC_MODE: "upsert" });
  await until(async () => (await status()).processes.length === 2);
  expect((await status()).mode).toBe("upsert");
  await observing.stop(1_000);
  await until(async () => (await status()).processes.length === 1);
});

test("nothing personal is in any line, whatever DingTalk says", async () => {
  await open();
  const canary = {
    name: "Canarywing Chan",
    mail: "canarywing@example.com",
    mobile: "+852 9876 5432",
    title: "Canary keeper",
  };
  const body = {
    userName: canary.mail,
    displayName: canary.name,
    title: canary.title,
    emails: [{ type: "work", value: canary.mail }],
    phoneNumbers: [{ type: "mobile", value: canary.mobile }],
  };
  const stranger = { userid: "stranger", name: "Stranger", mobile: "+852-98765432", dept_id_list: "1" };
  await product.control("edit", { call: "/topapi/v2/user/create", body: stranger });
  await product.send("POST", "/scim/v2/Users", { body });
  await product.send("POST", "/scim/v2/Users", {
    body: { userName: "nomobile@example.com", displayName: canary.name },
  });
  await product.send("POST", "/scim/v2/Groups", { body: { displayName: "Canarywing group" } });
  await product.startSync();
  await until(async () => (await status()).states.parked >= 2);
  const text = lines.join("");
  expect(text).toContain('"reasonCode":"mobileTaken"');
  expect(text).toContain('"answer":"60104"');
  expect(text).toContain('"reasonCode":"mobileMissing"');
  expect(text).not.toMatch(/canary|9876|nomobile/i);
});

test("an observing loop says what it would do, with values for those who may see them", async () => {
  await open();
  await add("Ann");
  await product.startSync({ SYNC_MODE: "observe" });
  await until(async () => (await status()).states.held === 1);
  const held = async (token: string) =>
    (await product.send("GET", "/api/sync/items?state=held", { token })).body.items[0];
  const auditor = await held(await product.token(["history:read", "history:personal"]));
  expect(auditor).toMatchObject({
    reasonCode: "modeObserve",
    planned: { action: "create", changes: { name: { after: "Ann" } } },
  });
  const operator = await held(await product.token(["admin"]));
  expect(operator.planned.action).toBe("create");
  expect(operator.planned.changes).toMatchObject({ name: {}, mobile: {} });
  expect(JSON.stringify(operator.planned)).not.toContain("Ann");
});
