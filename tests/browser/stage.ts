import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { layOut, readPassword } from "../../src/database/embedded/data-directory.ts";
import { urlOf } from "../../src/database/embedded/embedded.ts";
import { postmasterOf } from "../../src/database/embedded/postmaster.ts";
import { DEFAULT_MAPPING } from "../../src/mapping/file/default-mapping.ts";
import { DEFAULT_POLICY } from "../../src/policy/default-policy.ts";
import { type IdentityProvider, openIdentityProvider } from "../support/identity/identity-provider.ts";
import { openPlace, type Place, runCommand, tokenIn } from "../support/server.ts";

/*
 * The built product with something to see on every screen: people in each state, a hold, a match to decide,
 * and names that try to do harm.
 */

export interface Stage {
  readonly url: string;
  readonly token: string;
  readonly place: Place;
  /** That of the server, which plans by what it says now. */
  readonly policyFile: string;
  /** By which people may sign in. */
  readonly provider: IdentityProvider;
  /** With the token of the first start. */
  send(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** Ids of people by user name. */
  readonly people: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Names that turn the text around them, look like markup or a formula, or do not fit. */
const HOSTILE: readonly string[] = [
  `<img src=x onerror="document.title='hacked'">`,
  "=cmd|'/C calc'!A0",
  "abc\u202Edcba",
  "zero\u200Bwidth",
  "مريم العلي",
  `Long ${"name ".repeat(14)}end`,
  "陳大文 🧑‍💼",
];

const PEOPLE = 14;
const LEAVERS = 8;
const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const DINGTALK = "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:User";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

export async function openStage(): Promise<Stage> {
  const place = await openPlace();
  const provider = await openIdentityProvider(place.url);
  const rules = {
    MAPPING_FILE: join(place.dataDir, "mapping.yaml"),
    POLICY_FILE: join(place.dataDir, "policy.yaml"),
  };
  writeFileSync(rules.MAPPING_FILE, `${DEFAULT_MAPPING}\nsources:\n  join: [{ by: employeeNumber }]\n`);
  writeFileSync(rules.POLICY_FILE, DEFAULT_POLICY);
  const server = await place.start({ ...provider.settings, ...rules });
  const token = tokenIn(server.stderr);
  if (token === undefined) throw new Error("the first start printed no token");

  const send: Stage["send"] = (method, path, body) => sendAs(token, method, path, body);
  const sendAs = async (credential: string, method: string, path: string, body?: unknown) => {
    const answer = await fetch(place.url + path, {
      method,
      headers: {
        authorization: `Bearer ${credential}`,
        ...(body === undefined
          ? {}
          : { "content-type": path.startsWith("/scim") ? "application/scim+json" : "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  };
  const simulate = async (call: string, body: object) => {
    const answer = await fetch(`${place.simulatorUrl}/_sim/edit`, {
      method: "POST",
      body: JSON.stringify({ call, body }),
    });
    if (!answer.ok) throw new Error(await answer.text());
  };
  const until = async (what: string, isSo: () => Promise<boolean>) => {
    const deadline = performance.now() + 60_000;
    while (!(await isSo())) {
      if (performance.now() > deadline) throw new Error(`not so after a minute: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const people: Record<string, string> = {};
  const add = async (
    userName: string,
    displayName: string,
    mobile: string | undefined,
    more: object = {},
  ) => {
    const phoneNumbers = mobile === undefined ? [] : [{ type: "mobile", value: mobile }];
    const { id } = await send("POST", "/scim/v2/Users", {
      schemas: [USER],
      userName,
      displayName,
      title: "Clerk",
      phoneNumbers,
      ...more,
    });
    people[userName] = String(id);
  };
  const status = async () =>
    (await send("GET", "/api/sync/status")) as { states: Record<string, number>; holds: { open: number } };
  const isQuiet = async () => {
    const { states } = await status();
    return states["due"] === 0 && states["waiting"] === 0;
  };

  // Somebody who has a number that one of ours should have, and somebody who may be one of ours.
  await simulate("/topapi/v2/user/create", {
    userid: "stranger",
    name: "Stranger",
    mobile: "+852-90009999",
    dept_id_list: "1",
  });
  await simulate("/topapi/v2/user/create", {
    userid: "there-before",
    name: "Yip Ka Yan",
    job_number: "E-77",
    mobile: "+852-90008888",
    dept_id_list: "1",
  });
  await add("parked@example.com", "Parked Person", undefined);
  await add("taken@example.com", "Taken Number", "+852 9000 9999");
  for (const [at, name] of HOSTILE.entries())
    await add(`hostile${at}@example.com`, name, `+852 9100 000${at}`);
  // The last one with a date that the mapping cannot read, which it notes.
  for (let n = 0; n < PEOPLE; n++)
    await add(
      `person${n}@example.com`,
      `Person ${n}`,
      `+852 9200 00${String(n).padStart(2, "0")}`,
      n === PEOPLE - 1 ? { [DINGTALK]: { hiredDate: "next month" } } : {},
    );
  // Two whom another source has as well: one is joined, and one is to be decided.
  const second = await tokenOfSource({ ...place.settings, ...rules }, "workday");
  for (const [at, each] of ["joined@example.com", "undecided@example.com"].entries()) {
    const number = { [ENTERPRISE]: { employeeNumber: `J-${at}` } };
    await add(each, `Both Sources ${at}`, `+852 9300 000${at}`, number);
    await sendAs(second, "POST", "/scim/v2/Users", {
      schemas: [USER, ENTERPRISE],
      userName: `w-${at}`,
      displayName: `Both ${at}`,
      title: "From Workday",
      ...number,
    });
  }
  const { joins } = (await send("GET", "/api/joins?state=proposed")) as {
    joins: { id: string; person: { id: string } }[];
  };
  await send(
    "POST",
    `/api/joins/${joins.find(({ person }) => person.id === people["joined@example.com"])?.id}/accept`,
  );
  await send("POST", "/scim/v2/Groups", {
    displayName: "Hong Kong/Retail",
    members: Object.values(people).map((value) => ({ value })),
  });
  await until("everybody was looked at", isQuiet);
  await send("POST", "/api/sync/pause", { reason: "to be compared first" });
  await add("yip@example.com", "Yip Ka Yan", "+852 9000 8888", { [ENTERPRISE]: { employeeNumber: "E-77" } });
  await send("POST", "/api/sync/reconcile");
  await until("the match was found", async () => {
    const { adoptions } = (await send("GET", "/api/sync/adoptions?state=proposed")) as {
      adoptions: unknown[];
    };
    return adoptions.length > 0;
  });
  await send("POST", "/api/sync/resume");
  for (let n = 0; n < LEAVERS; n++)
    await send("PATCH", `/scim/v2/Users/${people[`person${n}@example.com`]}`, {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [{ op: "replace", path: "active", value: false }],
    });
  await until("the limit held some", async () => (await status()).holds.open > 0 && (await isQuiet()));
  await pastWeeks(place);
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  await send("POST", "/api/evidence", {
    from: day(Date.now()),
    to: day(Date.now() + DAY_MS),
    sample: 3,
    seed: 7,
  });
  await until("the pack was made", async () => {
    const { packs } = (await send("GET", "/api/evidence")) as { packs: { state: string }[] };
    return packs[0]?.state === "made";
  });
  async function close(): Promise<void> {
    await place.clear();
    await provider.close();
  }
  return { url: place.url, token, place, policyFile: rules.POLICY_FILE, provider, send, people, close };
}

/** A source of its own, and a token for it. */
async function tokenOfSource(settings: Place["settings"], source: string): Promise<string> {
  const command = async (...args: readonly string[]): Promise<string> => {
    const run = runCommand(args, settings);
    if ((await run.ended()) !== 0) throw new Error(run.stderr);
    return run.stdout.trim();
  };
  await command("source", "create", "--name", source, "--kind", "workday");
  return command("token", "create", "--name", source, "--source", source, "--scope", "provision");
}

const DAY_MS = 86_400_000;

/** Figures of a quarter of a year, as an installation of that age has them. */
async function pastWeeks({ dataDir }: Place): Promise<void> {
  const layout = layOut(dataDir);
  const postmaster = postmasterOf(layout.cluster);
  if (postmaster.state !== "running") throw new Error("PostgreSQL does not run");
  const client = new Client({ connectionString: urlOf(readPassword(layout), postmaster.port) });
  await client.connect();
  const begins = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  for (let day = 1; day <= 88; day++) {
    const wrong = 3 + (day % 7) + Math.floor(day / 9);
    const figures = {
      latency: { 400: 20 + (day % 5), 450: 30, 500: 12, 540: 4 + Math.floor(day / 20), 620: day % 3 },
      changes: 70 + (day % 9),
      leavers: { total: 2, inTime: day % 11 === 0 ? 1 : 2 },
      interventions: day % 4 === 0 ? { "operator.retry": 2, "hold.approved": 1 } : {},
      handSeconds: day % 4 === 0 ? 480 : 0,
      measured: {
        active: 4_812,
        present: 4_812 - Math.floor(wrong / 2),
        accurate: 4_812 - wrong,
        right: { name: 4_812 - 2, title: 4_812 - wrong, mobile: 4_810 - wrong, email: 4_811 },
        calls: 100_000 - day * 900,
      },
    };
    await client.query("insert into kpi_hours values ('dingtalk', $1, $2, true, now())", [
      new Date(begins - day * DAY_MS),
      JSON.stringify(figures),
    ]);
  }
  await client.end();
}
