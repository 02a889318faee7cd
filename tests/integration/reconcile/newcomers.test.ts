import { type Clock, systemClock } from "../../../src/core/clock.ts";
import { openProduct, type Product } from "../../support/product.ts";

/* Managers are told of those who came into DingTalk, by a work notice, once. */

let product: Product;
afterEach(() => product.close());

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
let number = 0;

/** The ten seconds between two turns are over at once. */
const hurried: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms === 10_000 ? 50 : ms, signal),
};
const startTelling = (settings: Record<string, string> = {}) =>
  product.startSync({ NEWCOMER_NOTE_AGENT_ID: "1185599675", ...settings }, { clock: hurried });

async function add(displayName: string, manager?: string): Promise<string> {
  number += 1;
  const body = {
    userName: `${displayName}${number}`,
    displayName,
    title: "Clerk",
    phoneNumbers: [{ type: "mobile", value: `+852 6200 ${1000 + number}` }],
    ...(manager === undefined ? {} : { [ENTERPRISE]: { manager: { value: manager } } }),
  };
  return (await product.send("POST", "/scim/v2/Users", { body })).body.id;
}

interface Notice {
  readonly to: { readonly userids: readonly string[] };
  readonly body: { readonly markdown: { readonly title: string; readonly text: string } };
}

async function notices(): Promise<readonly Notice[]> {
  const { messages } = (await (await fetch(`${product.dingtalk}/_sim/messages`)).json()) as {
    messages: Notice[];
  };
  return messages.filter(({ to }) => "userids" in to);
}

const events = async () =>
  (await product.send("GET", `/api/history?filter=${encodeURIComponent('code eq "newcomer.told"')}`)).body
    .events as {
    subject: { id: string };
    causes: string[];
  }[];
const isMarked = async () =>
  (await product.pool.query("select 1 from retention_marks where job like 'newcomers:%'")).rows.length > 0;

async function begin(settings: Record<string, string> = {}): Promise<void> {
  product = await openProduct({ settings });
  await startTelling(settings);
  await product.until(isMarked);
}
/** What is due is looked at in the next turn. */
const dueNow = () =>
  product.pool.query("update newcomer_notes set next_at = now() - interval '1 s' where state = 'due'");

test("the manager is told of somebody who came, in Markdown that a name cannot change, and once", async () => {
  await begin({ ALERT_LANGUAGE: "zh-Hant" });
  const boss = await add("Boss");
  await product.quiet();
  const newcomer = await add("Mei *Chan*", boss);
  await product.quiet();
  await product.until(async () => (await notices()).length > 0);
  expect(await notices()).toEqual([
    expect.objectContaining({
      to: { userids: [boss] },
      body: {
        msgtype: "markdown",
        markdown: {
          title: "您的團隊有新成員",
          text: expect.stringContaining("**Mei \\*Chan\\*** 已加入釘釘。\n\n職位：Clerk"),
        },
      },
    }),
  ]);
  await product.until(async () => (await events()).length === 1);
  const [told] = await events();
  expect(told!.subject.id).toBe(newcomer);
  const cause = (await product.send("GET", `/api/history/${told!.causes[0]}`)).body;
  expect(cause).toMatchObject({ code: "target.outcome", outcome: "done", subject: { id: newcomer } });

  // Changes of the person are no coming; and another process looks at the same history.
  await product.send("PATCH", `/scim/v2/Users/${newcomer}`, {
    body: {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [{ op: "replace", path: "title", value: "Chief" }],
    },
  });
  await product.quiet();
  const other = await startTelling();
  await product.pool.query(
    "update retention_marks set event = '00000000-0000-0000-0000-000000000000' where job like 'newcomers:%'",
  );
  // The mark stays a quarter of an hour behind.
  await product.until(async () => {
    const { rows } = await product.pool.query(
      "select event::text from retention_marks where job like 'newcomers:%'",
    );
    return !rows[0].event.startsWith("00000000");
  });
  await other.stop(1_000);
  expect((await notices()).length).toBe(1);
});

test("a call that fails is tried again, and a manager who is named later is told then", async () => {
  await begin();
  const boss = await add("Boss");
  await product.quiet();
  await product.control("faults", {
    match: "/topapi/message/corpconversation/asyncsend_v2",
    fault: "busy",
    times: 1,
  });
  const newcomer = await add("Ka Yan", boss);
  const alone = await add("Alone");
  await product.quiet();
  const attempts = async (id: string) =>
    (await product.pool.query("select attempts, state from newcomer_notes where entity_id = $1", [id]))
      .rows[0] as { attempts: number; state: string } | undefined;
  await product.until(
    async () =>
      ((await attempts(newcomer))?.attempts ?? 0) > 0 && ((await attempts(alone))?.attempts ?? 0) > 0,
  );
  expect(await notices()).toEqual([]);
  await dueNow();
  await product.until(async () => (await notices()).length === 1);

  await product.send("PATCH", `/scim/v2/Users/${alone}`, {
    body: {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [{ op: "replace", path: `${ENTERPRISE}:manager`, value: { value: boss } }],
    },
  });
  await product.quiet();
  await dueNow();
  await product.until(async () => (await notices()).length === 2);
  await product.until(async () => (await attempts(alone))?.state === "told");
});

test("nobody is told while an operator has paused, of those who were there before, and after a day in vain", async () => {
  product = await openProduct();
  const before = await product.startSync();
  const boss = await add("Boss");
  await product.quiet();
  await add("There Before", boss);
  await product.quiet();
  await before.stop(1_000);
  await startTelling();
  await product.until(isMarked);
  const late = await add("Late");
  await product.quiet();
  await product.until(
    async () =>
      (await product.pool.query("select 1 from newcomer_notes where entity_id = $1", [late])).rows.length > 0,
  );
  await product.send("POST", "/api/sync/pause", { body: { reason: "a test" } });
  await product.pool.query(
    "update newcomer_notes set came_at = now() - interval '25 hours', next_at = now() - interval '1 s'",
  );
  const state = async () =>
    (await product.pool.query("select state from newcomer_notes")).rows.map((row) => row.state);
  expect(await state()).toEqual(["due"]);
  await product.send("POST", "/api/sync/resume");
  await product.until(async () => (await state()).join() === "nobody");
  expect(await notices()).toEqual([]);
});
