import { openPlace, type Place, tokenIn } from "../support/server.ts";

/* The built product with something to see on every screen: people in each state, a hold, a match to decide, and names that try to do harm. */

export interface Stage {
  readonly url: string;
  readonly token: string;
  readonly place: Place;
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
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

export async function openStage(): Promise<Stage> {
  const place = await openPlace();
  const server = await place.start();
  const token = tokenIn(server.stderr);
  if (token === undefined) throw new Error("the first start printed no token");

  const send: Stage["send"] = async (method, path, body) => {
    const answer = await fetch(place.url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": path.startsWith("/scim") ? "application/scim+json" : "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  };
  const simulate = async (call: string, body: object) => {
    const answer = await fetch(`${place.simulatorUrl}/_sim/edit`, { method: "POST", body: JSON.stringify({ call, body }) });
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
  const add = async (userName: string, displayName: string, mobile: string | undefined, more: object = {}) => {
    const phoneNumbers = mobile === undefined ? [] : [{ type: "mobile", value: mobile }];
    const { id } = await send("POST", "/scim/v2/Users", { schemas: [USER], userName, displayName, title: "Clerk", phoneNumbers, ...more });
    people[userName] = String(id);
  };
  const status = async () => (await send("GET", "/api/sync/status")) as { states: Record<string, number>; holds: { open: number } };
  const isQuiet = async () => {
    const { states } = await status();
    return states["due"] === 0 && states["waiting"] === 0;
  };

  // Somebody who has a number that one of ours should have, and somebody who may be one of ours.
  await simulate("/topapi/v2/user/create", { userid: "stranger", name: "Stranger", mobile: "+852-90009999", dept_id_list: "1" });
  await simulate("/topapi/v2/user/create", {
    userid: "there-before",
    name: "Yip Ka Yan",
    job_number: "E-77",
    mobile: "+852-90008888",
    dept_id_list: "1",
  });
  await add("parked@example.com", "Parked Person", undefined);
  await add("taken@example.com", "Taken Number", "+852 9000 9999");
  for (const [at, name] of HOSTILE.entries()) await add(`hostile${at}@example.com`, name, `+852 9100 000${at}`);
  for (let n = 0; n < PEOPLE; n++) await add(`person${n}@example.com`, `Person ${n}`, `+852 9200 00${String(n).padStart(2, "0")}`);
  await send("POST", "/scim/v2/Groups", { displayName: "Hong Kong/Retail", members: Object.values(people).map((value) => ({ value })) });
  await until("everybody was looked at", isQuiet);
  await send("POST", "/api/sync/pause", { reason: "to be compared first" });
  await add("yip@example.com", "Yip Ka Yan", "+852 9000 8888", { [ENTERPRISE]: { employeeNumber: "E-77" } });
  await send("POST", "/api/sync/reconcile");
  await until("the match was found", async () => {
    const { adoptions } = (await send("GET", "/api/sync/adoptions?state=proposed")) as { adoptions: unknown[] };
    return adoptions.length > 0;
  });
  await send("POST", "/api/sync/resume");
  for (let n = 0; n < LEAVERS; n++)
    await send("PATCH", `/scim/v2/Users/${people[`person${n}@example.com`]}`, {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [{ op: "replace", path: "active", value: false }],
    });
  await until("the limit held some", async () => (await status()).holds.open > 0 && (await isQuiet()));
  return { url: place.url, token, place, send, people, close: () => place.clear() };
}
