import { Client } from "pg";
import { systemClock } from "../../src/core/clock.ts";
import { createSimulator } from "../../src/simulator/server.ts";
import { openProxy } from "../support/network/proxy.ts";
import { createTestDatabase } from "../support/postgres/test-database.ts";
import { killGroup, openPlace } from "../support/server.ts";

/*
 * A real server hears of a change, has stored the hint, and is killed before DingTalk has got the
 * acknowledgement: on the way there a proxy swallows what the server says. DingTalk tells the next process
 * once more.
 */

const ROUNDS = 3;
const TOKEN = "a-bootstrap-token-of-forty-characters-00";
jest.setTimeout(180_000);

test("kill -9 after a hint was stored and before it was acknowledged: told once more, at most one look, and the same end", async () => {
  const database = await createTestDatabase();
  const pool = new Client({ connectionString: database.url });
  await pool.connect();
  const simulator = createSimulator({ qps: 0 });
  const { url: dingtalk } = await simulator.start();
  const proxy = await openProxy(dingtalk);
  const place = await openPlace();
  const way = proxy.through(dingtalk).replace(/\/$/, "");
  const settings = {
    DATABASE_URL: database.url,
    BOOTSTRAP_TOKEN: TOKEN,
    DINGTALK_APP_KEY: "sandbox",
    DINGTALK_APP_SECRET: "sandbox",
    DINGTALK_CORP_ID: "dingsandbox",
    DINGTALK_OAPI_URL: way,
    DINGTALK_API_URL: way,
    DINGTALK_QPS: "1000",
    SYNC_MODE: "sync",
  };

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const beganMs = systemClock.monotonicMs();
    while (!(await holds())) {
      if (systemClock.monotonicMs() - beganMs > 30_000)
        throw new Error(`within 30 s it did not come true: ${what}`);
      await systemClock.sleep(2);
    }
  }
  const some = async (text: string, values: unknown[] = []): Promise<boolean> =>
    (await pool.query(text, values)).rows.length > 0;
  const control = async (path: string, body: object): Promise<void> => {
    const answer = await fetch(`${dingtalk}/_sim/${path}`, { method: "POST", body: JSON.stringify(body) });
    expect([path, answer.status]).toEqual([path, 200]);
  };
  const told = async <T>(path: string): Promise<T> =>
    (await (await fetch(`${dingtalk}/_sim/${path}`)).json()) as T;
  const titleOf = async (id: string) =>
    (await told<{ users: { userid: string; title?: string }[] }>("state")).users.find(
      ({ userid }) => userid === id,
    )?.title;
  const reads = async () =>
    (await told<{ calls: Record<string, { count: number }> }>("calls")).calls["/topapi/v2/user/get"]?.count ??
    0;
  const listensSince = (moment: Date) =>
    some("select 1 from listening where state = 'listening' and since >= $1", [moment]);
  const add = async (n: number): Promise<string> => {
    const person = {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      userName: `p${n}@example.com`,
      displayName: `Person ${n}`,
      title: "Clerk",
      phoneNumbers: [{ type: "mobile", value: `+852 6${String(n).padStart(7, "0")}` }],
    };
    const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/scim+json" };
    const answer = await fetch(`${place.url}/scim/v2/Users`, {
      method: "POST",
      headers,
      body: JSON.stringify(person),
    });
    return ((await answer.json()) as { id: string }).id;
  };
  /** Of a person: how many events came, how many of them made somebody look. */
  const looksAt = async (id: string) =>
    (
      await pool.query(
        `select (select count(*)::int from hints where remote_id = $1::text and type = 'user_modify_org' and outcome is not null) as hints,
          (select count(*)::int from history where code = 'hint.received' and subject = $1::uuid) as looks`,
        [id],
      )
    ).rows[0];

  try {
    let startedAt = systemClock.now();
    let server = await place.start(settings);
    for (let round = 0; round < ROUNDS; round++) {
      const id = await add(round);
      await until("the person is there, and all events are decided about", async () => {
        const open = await some(
          "select 1 from hints where outcome is null union all select 1 from entity_states where state <> 'inSync'",
        );
        return (await titleOf(id)) === "Clerk" && !open && (await listensSince(startedAt));
      });
      const before = await reads();
      proxy.mute();
      await control("edit", { call: "/topapi/v2/user/update", body: { userid: id, title: "King" } });
      await until("the hint is stored", () =>
        some("select 1 from hints where remote_id = $1 and type = 'user_modify_org'", [id]),
      );
      killGroup(server);
      await server.ended();
      expect([await titleOf(id), await reads()]).toEqual(["King", before]);

      proxy.mend();
      startedAt = systemClock.now();
      server = await place.start(settings);
      await until("somebody listens", () => listensSince(startedAt));
      await control("stream", { action: "replay" });
      await until("it is put right", async () => (await titleOf(id)) === "Clerk");
      await control("stream", { action: "replay", times: 3 });
      const last = await add(1_000 + round);
      await until("what was told after that is decided about", () =>
        some("select 1 from hints where remote_id = $1 and outcome is not null", [last]),
      );
      await until(
        "everything is at rest",
        async () =>
          !(await some(
            "select 1 from hints where outcome is null union all select 1 from entity_states where state <> 'inSync'",
          )),
      );
      // What somebody else did, and the write that put it right.
      expect(await looksAt(id)).toEqual({ hints: 2, looks: 1 });
      expect((await reads()) - before).toBeLessThanOrEqual(1);
      expect(await titleOf(id)).toBe("Clerk");
    }
  } finally {
    await place.clear();
    await proxy.close();
    await simulator.stop();
    await pool.end();
    await database.drop();
  }
});
