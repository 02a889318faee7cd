import { mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/core/clock.ts";
import { DEFAULT_MAPPING } from "../../src/mapping/file/default-mapping.ts";
import { openPlace, type Place, runCommand } from "../support/server.ts";

let place: Place;
let mapping: { readonly MAPPING_FILE: string };
beforeAll(async () => {
  place = await openPlace();
  mapping = { MAPPING_FILE: join(place.dataDir, "sources.yaml") };
  writeFileSync(mapping.MAPPING_FILE, `${DEFAULT_MAPPING}\nsources:\n  join: [{ by: employeeNumber }]\n`);
  await place.start(mapping);
});
afterAll(() => place.clear());

async function command(...args: readonly string[]) {
  const run = runCommand(args, { ...place.settings, ...mapping });
  const code = await run.ended();
  return { code, stdout: run.stdout, stderr: run.stderr };
}

const statusOf = async (path: string, token: string) =>
  (await fetch(`${place.url}${path}`, { headers: { authorization: `Bearer ${token}` } })).status;

test("a token is made beside the running server, does what its scopes say, and ends when it is revoked", async () => {
  const made = await command(
    "token",
    "create",
    "--name",
    "auditor",
    "--scope",
    "history:read",
    "--expires",
    "30",
    "--json",
  );
  expect(made.code).toBe(0);
  const { id, token, expiresAt } = JSON.parse(made.stdout);
  expect(Math.round((Date.parse(expiresAt) - Date.now()) / 86_400_000)).toBe(30);
  expect([await statusOf("/api/history", token), await statusOf("/scim/v2/Users", token)]).toEqual([
    200, 403,
  ]);

  const listed = await command("token", "list");
  expect(listed.stdout).toContain(id);
  expect(listed.stdout + listed.stderr).not.toContain(token.slice(-40));

  expect((await command("token", "revoke", id)).code).toBe(0);
  // Another process has done it: this one notices within a second.
  const deadlineMs = systemClock.monotonicMs() + 1_000;
  while ((await statusOf("/api/history", token)) === 200 && systemClock.monotonicMs() < deadlineMs)
    await systemClock.sleep(20);
  expect(await statusOf("/api/history", token)).toBe(401);
  expect((await command("token", "revoke", "nobody")).code).toBe(2);
});

test("commands speak the language of the terminal, and JSON stays as it is", async () => {
  const spoken = async (locale: string, ...args: readonly string[]) => {
    const run = runCommand(args, { ...place.settings, LC_ALL: locale });
    return { code: await run.ended(), stdout: run.stdout, stderr: run.stderr };
  };
  const [english, chinese] = [
    await spoken("C.UTF-8", "token", "list", "--json"),
    await spoken("zh_HK.UTF-8", "token", "list", "--json"),
  ];
  expect(chinese).toEqual(english);
  expect((await spoken("zh_CN.UTF-8", "token", "list")).stdout).toMatch(
    /^ID +名称 +数据源 +范围 +状态 +上次使用/,
  );
  expect((await spoken("zh_HK.UTF-8", "resume")).stderr).toContain("並非處於暫停狀態。");
  expect((await spoken("zh_HK.UTF-8", "plan", "--help")).stdout).toMatch(/^用法： dingtalk-scim plan/);
  expect(await spoken("zh_CN.UTF-8", "retry")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("缺少必需的选项"),
  });
});

test("what is held about a person is exported, and a hold begins once", async () => {
  const token = (await command("token", "create", "--name", "client", "--scope", "provision")).stdout.trim();
  const answer = await fetch(`${place.url}/scim/v2/Users`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/scim+json" },
    body: JSON.stringify({
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      userName: "yan",
      displayName: "Yan",
      preferredLanguage: "zh-HK",
    }),
  });
  const { id } = (await answer.json()) as { id: string };
  const [json, html] = [join(place.dataDir, "yan.json"), join(place.dataDir, "yan.html")];
  expect((await command("subject", "export", "yan", "--json", json, "--html", html)).code).toBe(0);
  expect(JSON.parse(readFileSync(json, "utf8"))).toMatchObject({
    id,
    directory: { document: { userName: "yan" } },
  });
  expect(readFileSync(html, "utf8")).toContain('<html lang="zh-Hant-HK">');

  const hold = ["subject", "hold", id, "--reason", "case 17"];
  expect([(await command(...hold)).code, (await command(...hold)).code]).toEqual([0, 1]);
  expect((await command("subject", "release", "yan", "--reason", "settled")).code).toBe(0);
  expect((await command("subject", "hold", "nobody", "--reason", "x")).code).toBe(1);

  const erase = ["subject", "erase", id, "--basis", "request"];
  expect((await command(...erase)).stderr).toContain("is active in the directory");
  await fetch(`${place.url}/scim/v2/Users/${id}`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${token}` },
  });
  expect((await command(...erase)).code).toBe(0);
  expect(JSON.parse(readFileSync(join(place.dataDir, "erasures.jsonl"), "utf8"))).toMatchObject({
    subject: id,
    basis: "request",
  });
});

test("an erasure counts although its copy beside the database cannot be written", async () => {
  const token = (
    await command("token", "create", "--name", "second client", "--scope", "provision")
  ).stdout.trim();
  const answer = await fetch(`${place.url}/scim/v2/Users`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/scim+json" },
    body: JSON.stringify({
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      userName: "bo",
      active: false,
    }),
  });
  const { id } = (await answer.json()) as { id: string };
  const copy = join(place.dataDir, "erasures.jsonl");
  renameSync(copy, `${copy}.before`);
  mkdirSync(copy);
  const erase = ["subject", "erase", id, "--basis", "request"];
  const erased = await command(...erase);
  expect([erased.code, erased.stderr]).toEqual([0, expect.stringContaining("could not be written (EISDIR)")]);
  rmdirSync(copy);
  renameSync(`${copy}.before`, copy);
  expect((await command(...erase)).stderr).toContain("was erased before");
});

test("a trust is made with what Entra's portal shows, and ends when it is removed", async () => {
  const [tenant, app] = ["ce5f061f-abe6-4e40-9615-301f87bcb7f0", "b5ba7a93-4452-4522-aeb4-a2b5da870c16"];
  const claims = ["--tenant", tenant.toUpperCase(), "--subject", "d2f8ee76-c549-45b8-a143-f5b640669704"];
  const add = ["trust", "add", "--name", "Entra ID", ...claims, "--audience", `api://${app}/.default`];
  const made = await command(...add);
  const clientId = made.stdout.trim();
  expect([made.code, made.stderr]).toEqual([
    0,
    expect.stringContaining(`Token endpoint ${place.url}/oauth2/token`),
  ]);

  const listed = JSON.parse((await command("trust", "list", "--json")).stdout);
  expect(listed).toMatchObject([
    {
      id: clientId,
      issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
      jwksUrl: `https://login.microsoftonline.com/${tenant}/discovery/v2.0/keys`,
      audiences: [`api://${app}/.default`, `api://${app}`],
      tenantId: tenant,
      scopes: ["provision"],
    },
  ]);

  const elsewhere = await command(...add, "--jwks-url", "https://169.254.169.254/keys");
  expect([elsewhere.code, elsewhere.stderr]).toEqual([
    2,
    expect.stringContaining("ASSERTION_KEY_HOSTS names the hosts"),
  ]);

  expect((await command("trust", "remove", clientId)).code).toBe(0);
  expect((await command("trust", "list")).stdout).toMatch(new RegExp(`${clientId}.* removed `));
  expect((await command("trust", "remove", tenant)).code).toBe(2);
});

test("a source is made once, and gets tokens of its own", async () => {
  expect((await command("source", "create", "--name", "workday", "--kind", "workday")).code).toBe(0);
  const again = await command("source", "create", "--name", "workday", "--kind", "workday");
  expect([again.code, again.stderr]).toEqual([
    3,
    expect.stringContaining("a source named workday exists already"),
  ]);
  const { stdout, code } = await command(
    "token",
    "create",
    "--name",
    "w",
    "--source",
    "workday",
    "--scope",
    "provision,admin",
  );
  expect(code).toBe(0);
  expect(await statusOf("/scim/v2/Users", stdout.trim())).toBe(200);
  expect(
    JSON.parse((await command("source", "list", "--json")).stdout).map(({ name }: { name: string }) => name),
  ).toContain("workday");
});

test("an operator stops and goes on beside the running server, and lowers the mode", async () => {
  const token = (
    await command("token", "create", "--name", "operator", "--scope", "admin,history:read")
  ).stdout.trim();
  const get = async (path: string) =>
    (await fetch(`${place.url}${path}`, { headers: { authorization: `Bearer ${token}` } })).json();
  expect((await command("pause")).code).toBe(2);
  expect((await command("pause", "--reason", " ")).code).toBe(2);
  expect((await command("pause", "--reason", "drill")).code).toBe(0);
  expect((await command("mode", "observe")).code).toBe(0);
  expect(await get("/api/sync/status")).toMatchObject({
    paused: { by: "cli", reason: "drill" },
    mode: "observe",
    ceiling: "sync",
  });
  expect((await command("mode", "everything")).code).toBe(2);
  expect((await command("mode", "sync")).code).toBe(0);
  expect((await command("resume")).code).toBe(0);
  expect(await get("/api/sync/status")).toMatchObject({ paused: null, mode: "sync" });
  const { events } = (await get(
    `/api/history?${new URLSearchParams({ filter: 'code sw "operator."' })}`,
  )) as { events: object[] };
  expect(events).toMatchObject([
    { code: "operator.resume", actor: "cli", detail: { osUser: expect.any(String) } },
    { code: "operator.mode" },
    { code: "operator.mode", detail: { mode: "observe" } },
    { code: "operator.pause", detail: { reason: "drill" } },
  ]);
});

test("nobody is put back who was not removed, and it says so", async () => {
  expect((await command("restore")).code).toBe(2);
  const nobody = "00000000-0000-4000-8000-000000000000";
  const hold = await command("restore", "--hold", nobody);
  expect([hold.code, hold.stdout + hold.stderr]).toEqual([
    1,
    expect.stringContaining(`there is no hold ${nobody}`),
  ]);
  const person = await command("restore", nobody);
  expect([person.code, person.stdout]).toEqual([1, expect.stringContaining(`${nobody}: nobody has this id`)]);
  expect(JSON.parse((await command("restore", nobody, "--json")).stdout)).toEqual({
    people: [{ id: nobody, result: "unknown" }],
    restoring: 0,
  });
});

test("a plan explains what was read, what DingTalk would get of it, and what it would not get, and why", async () => {
  const token = (await command("token", "create", "--name", "planner", "--scope", "provision")).stdout.trim();
  const user = {
    userName: "mei.chan@example.com",
    displayName: "Mei\u202e Chan",
    active: true,
    phoneNumbers: [{ type: "mobile", value: "ask the desk" }],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { employeeNumber: "x".repeat(60) },
    "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:User": {
      departments: [{ value: "Nowhere", title: "Buyer" }],
    },
  };
  const made = await fetch(`${place.url}/scim/v2/Users`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/scim+json" },
    body: JSON.stringify(user),
  });
  expect(made.status).toBe(201);
  // The loop has parked her by then, and a plan that says what would be done must not hide that nothing is.
  let planned = await command("plan", "--user", "mei.chan", "--explain");
  while (planned.code === 0) planned = await command("plan", "--user", "mei.chan", "--explain");
  const { code, stdout } = planned;
  expect([code, stdout]).toEqual([
    1,
    expect.stringMatching(/^parked \(mobileMissing\): .*\n {2}→ give the person a valid mobile number/),
  ]);
  const lines = stdout.split("\n").map((line) => line.trim());
  const about = (attribute: string) => {
    const from = lines.findIndex((line) => line.startsWith(`${attribute}: `));
    return lines.slice(
      from + 1,
      lines.findIndex((line, at) => at > from && /^[\w. ]+: /.test(line)),
    );
  };
  expect(about("name")).toEqual(
    expect.arrayContaining(["read user.displayName = Mei\u202e Chan", "DingTalk gets Mei Chan"]),
  );
  expect(about("mobile")).toEqual(
    expect.arrayContaining(["not sent", "note the value cannot be a telephone number"]),
  );
  expect(about("job_number")).toEqual(
    expect.arrayContaining(["not sent", expect.stringContaining("60 characters, DingTalk takes 50")]),
  );
  expect(about("positions")).toEqual(
    expect.arrayContaining(["not sent", expect.stringContaining("a department the person is not in")]),
  );
});

test("all of one reason are tried again beside the running server, in the name of whoever asked", async () => {
  const token = (
    await command("token", "create", "--name", "operator", "--scope", "provision,admin,history:read")
  ).stdout.trim();
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/scim+json" };
  // biome-ignore lint/suspicious/noExplicitAny: answers of any shape, and every look is an assertion.
  const read = async (path: string): Promise<any> => (await fetch(`${place.url}${path}`, { headers })).json();
  const body = JSON.stringify({ userName: "no.number@example.com", displayName: "No Number" });
  expect((await fetch(`${place.url}/scim/v2/Users`, { method: "POST", headers, body })).status).toBe(201);
  const isParked = async () => {
    const deadlineMs = systemClock.monotonicMs() + 60_000;
    while ((await read("/api/sync/items?q=no.number@example.com")).items[0].state !== "parked") {
      if (systemClock.monotonicMs() > deadlineMs) throw new Error("the person was not parked in a minute");
      await systemClock.sleep(50);
    }
  };
  await isParked();

  const { code, stdout } = await command("retry", "--reason", "mobileMissing", "--json");
  const { reason, count, paused } = JSON.parse(stdout);
  expect([code, reason, count >= 1, paused]).toEqual([0, "mobileMissing", true, null]);
  const asked = async () =>
    (await read(`/api/history?${new URLSearchParams({ filter: 'code eq "operator.retry"' })}`)).events;
  expect(await asked()).toMatchObject([
    { actor: "cli", detail: { reasonCode: "mobileMissing", osUser: userInfo().username } },
  ]);
  // The running server has looked again, and found the same.
  await isParked();

  expect(await command("retry", "--reason", "mobileTaken")).toMatchObject({
    code: 0,
    stdout: "Nothing is out of sync for the reason mobileTaken.\n",
  });
  expect(await command("retry", "--reason", "mobileTakn")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("there is no such reason; did you mean mobileTaken?"),
  });
  expect((await asked()).length).toBe(1);
});

test("the database of a running server is up to date", async () => {
  const { code, stdout } = await command("migrate", "--status", "--json");
  expect([code, JSON.parse(stdout).upToDate]).toEqual([0, true]);
});

test("the simulator runs alone, and ends when it is told to", async () => {
  const other = await openPlace();
  const run = runCommand(["simulator", "--port", other.settings["SIMULATOR_PORT"]!, "--qps", "0"]);
  await run.says(other.simulatorUrl);
  expect((await fetch(`${other.simulatorUrl}/_sim/state`)).status).toBe(200);
  run.child.kill("SIGINT");
  expect(await run.ended()).toBe(0);
  await other.clear();
});

test.each([
  ["an unknown command", ["servve"], "Did you mean serve?"],
  [
    "a source that does not exist",
    ["token", "create", "--name", "x", "--source", "nowhere"],
    "no source named nowhere",
  ],
])("%s is bad usage", async (_what, args, told) => {
  const { code, stderr } = await command(...args);
  expect([code, stderr]).toEqual([2, expect.stringContaining(told)]);
});

test("a mapping file is checked, and tried on people of the directory", async () => {
  const token = (await command("token", "create", "--name", "mapper", "--scope", "provision")).stdout.trim();
  const people = [
    { userName: "first@example.com", displayName: "First", title: "Clerk" },
    {
      userName: "second@example.com",
      displayName: "Second",
      phoneNumbers: [{ type: "mobile", value: "ask the desk" }],
    },
  ];
  for (const user of people) {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/scim+json" };
    expect(
      (await fetch(`${place.url}/scim/v2/Users`, { method: "POST", headers, body: JSON.stringify(user) }))
        .status,
    ).toBe(201);
  }
  const file = join(place.dataDir, "mapping.yaml");
  writeFileSync(file, 'version: 1\nperson:\n  title: user.titel\n  mobil: phone(phoneOf(user, "mobile"))\n');
  const wrong = await command("mapping", "check", file);
  expect([wrong.code, wrong.stdout.split("\n")]).toEqual([
    1,
    [
      `${file}:3:10 person.title.value: user has no attribute titel (did you mean title?)`,
      `${file}:4:3 person.mobil: the target has no attribute mobil (did you mean mobile?)`,
      "",
    ],
  ]);
  writeFileSync(
    file,
    'version: 1\nperson:\n  name: user.displayName\n  title: user.title\n  mobile: phone(phoneOf(user, "mobile"))\n',
  );
  const tried = await command("mapping", "check", file, "--people", "1000", "--json");
  const { valid, trial } = JSON.parse(tried.stdout);
  expect([tried.code, valid]).toEqual([0, true]);
  expect(trial.people).toBeGreaterThanOrEqual(2);
  expect(trial.values.name).toBe(trial.people);
  expect(trial.notes).toContainEqual(
    expect.objectContaining({ attribute: "mobile", count: expect.any(Number) }),
  );
  expect((await command("mapping", "check", join(place.dataDir, "nowhere.yaml"))).code).toBe(3);
  expect(JSON.parse((await command("mapping", "schema")).stdout).required).toEqual(["version"]);
});

test("people come from a file, and the history says which one it was", async () => {
  const file = join(place.settings["DATA_DIR"]!, "people.csv");
  writeFileSync(
    file,
    "employee id,name,mobile,department,favourite\n1,Ann,+852 9123 0001,Sales,red\n2,Bob,+852 9123 0002,Sales,blue\n",
  );
  const unknown = await command("people", "import", file, "--source", "hr");
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("there is no source named hr")]);

  await command("source", "create", "--name", "hr", "--kind", "other");
  const trial = await command("people", "import", file, "--source", "hr", "--dry-run");
  expect([trial.code, trial.stdout]).toEqual([0, expect.stringContaining("Nothing was written")]);
  expect(trial.stderr).toContain('the column "favourite" is not read');
  const done = await command("people", "import", file, "--source", "hr", "--json");
  expect([done.code, JSON.parse(done.stdout)]).toMatchObject([
    0,
    { result: "done", people: [{ action: "create" }, { action: "create" }] },
  ]);

  const { token } = JSON.parse(
    (await command("token", "create", "--name", "reader", "--scope", "history:read", "--json")).stdout,
  );
  const ask = async (filter: string) =>
    (await (
      await fetch(`${place.url}/api/history?filter=${encodeURIComponent(filter)}`, {
        headers: { authorization: `Bearer ${token}` },
      })
    ).json()) as {
      readonly events: readonly {
        readonly code: string;
        readonly requestId: string;
        readonly detail: object;
      }[];
    };
  const [imported] = (await ask('code eq "people.imported"')).events;
  expect(imported).toMatchObject({
    detail: { file: "people.csv", created: 2, departments: 1, complete: true },
  });
  const codes = (await ask(`requestId eq "${imported!.requestId}"`)).events.map(({ code }) => code);
  expect(codes.filter((code) => code === "user.created")).toHaveLength(2);

  writeFileSync(file, "employee id,name\n,Nobody\n");
  const wrong = await command("people", "import", file, "--source", "hr");
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining("row 2: there is no external id")]);
});

test("records of two sources are joined and separated, and a plan tells what they do not agree on", async () => {
  const add = async (source: string, title: string): Promise<string> => {
    await command("source", "create", "--name", source, "--kind", "other");
    const token = (
      await command("token", "create", "--name", source, "--source", source, "--scope", "provision")
    ).stdout.trim();
    const answer = await fetch(`${place.url}/scim/v2/Users`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/scim+json" },
      body: JSON.stringify({
        schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
        userName: `ada.${source}`,
        displayName: "Ada Joined",
        title,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { employeeNumber: "J-1" },
      }),
    });
    return ((await answer.json()) as { id: string }).id;
  };
  const first = await add("hris", "Engineer");
  const second = await add("idp", "Developer");
  const listed = JSON.parse((await command("joins", "list", "--state", "proposed", "--json")).stdout).joins;
  expect(listed).toMatchObject([
    { record: { id: second, source: "idp" }, person: { id: first }, matched: ["employeeNumber"] },
  ]);
  expect((await command("joins", "accept", listed[0].id)).stdout).toContain(
    "Ada Joined (idp) and Ada Joined (hris): joined",
  );
  expect((await command("joins", "accept", listed[0].id)).code).toBe(1);
  expect((await command("plan", "--user", first, "--explain")).stdout).toContain(
    "title: hris Engineer (counts), idp Developer",
  );
  expect((await command("joins", "separate", second)).stdout).toContain("refused");
  expect((await command("joins", "separate", second)).code).toBe(1);
  expect((await command("joins", "refuse", "nobody")).code).toBe(2);
  expect((await command("joins", "search")).stdout).toContain("0 joined, 0 proposed.");
});
