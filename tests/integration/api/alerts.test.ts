import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { openProduct, type Product } from "../../support/product.ts";

/* The product as it runs: what goes wrong reaches somebody, once, and operators see it. */

let product: Product;
beforeAll(async () => {
  product = await openProduct();
  await product.startSync();
  product.startAlerts({
    ALERT_DINGTALK_ROBOT_URL: `${product.dingtalk}/robot/send?access_token=sandbox`,
    ALERT_ALLOW_PRIVATE: "true",
    ALERT_LANGUAGE: "zh-Hans",
  });
});
afterAll(() => product.close());

const titles = async (): Promise<readonly string[]> => {
  const { messages } = (await (await fetch(`${product.dingtalk}/_sim/robot`)).json()) as {
    messages: readonly { body: { markdown: { title: string } } }[];
  };
  return messages.map(({ body }) => body.markdown.title);
};
const incidents = async (query = "") => (await product.send("GET", `/api/incidents${query}`)).body.incidents;

test("a person whom DingTalk keeps out reaches the robot, once, and no name does", async () => {
  await product.control("edit", {
    call: "/topapi/v2/user/create",
    body: { name: "Stranger", mobile: "+852-91234567", dept_id_list: "1" },
  });
  const phoneNumbers = [{ type: "mobile", value: "+852 9123 4567" }];
  await product.send("POST", "/scim/v2/Users", {
    body: { userName: "li@example.com", displayName: "Li Wei", phoneNumbers },
  });
  await product.until(async () => (await titles()).length > 0);
  expect(await titles()).toEqual([expect.stringContaining("1 名人员无法同步：手机号已被占用")]);

  const [incident] = await incidents("?state=open&lang=zh-HK");
  expect(incident).toMatchObject({
    state: "open",
    class: "A",
    cause: "parked",
    code: "mobileTaken",
    count: 1,
    title: expect.stringContaining("1 名人員未能同步"),
    remedy: expect.stringContaining("釘釘"),
    closedAt: null,
    deliveries: [{ channel: "robot", message: "opened", state: "sent", attempts: 1 }],
  });
  expect(JSON.stringify(incident)).not.toMatch(/Li Wei|9123|li@/);
  expect((await product.send("GET", "/api/sync/status")).body.incidents).toEqual({ open: 1 });

  const acknowledged = await product.send("POST", `/api/incidents/${incident.id}/acknowledge?lang=en`);
  expect(acknowledged.body).toMatchObject({
    state: "acknowledged",
    title: "1 person parked: mobile number taken (60104)",
    acknowledged: { by: expect.stringMatching(/^token:/) },
  });
  const replayed = await product.send(
    "POST",
    `/api/incidents/${incident.id}/deliveries/${incident.deliveries[0].id}/replay`,
  );
  expect(replayed.body.deliveries).toMatchObject([{ id: incident.deliveries[0].id, state: "due" }]);
  await product.until(async () => (await incidents())[0].deliveries[0].state === "sent");
  // DingTalk knows the id and shows the message once.
  expect(await titles()).toHaveLength(1);
  const events = (
    await product.send("GET", `/api/history?filter=${encodeURIComponent('code sw "operator."')}`)
  ).body.events;
  expect(events.map(({ code }: { code: string }) => code)).toEqual([
    "operator.replay",
    "operator.acknowledge",
  ]);
  expect((await product.send("GET", "/api/incidents?state=closed")).body.incidents).toEqual([]);
  expect(
    (
      await product.send("POST", `/api/incidents/${incident.id}/acknowledge`, {
        token: await product.token(["history:read"]),
      })
    ).status,
  ).toBe(403);
});

test("a source whose token does not count any more is told of", async () => {
  const token = await product.token(["provision"], "Workday");
  await product.send("GET", "/scim/v2/Users", { token });
  await product.pool.query(
    "update tokens set revoked_at = now() where source_id = (select id from sources where name = 'Workday')",
  );
  const path = "/scim/v2/Users?count=1";
  await product.until(async () => {
    if ((await product.send("GET", path, { token })).status !== 401) return false;
    return (await titles()).some((title) => title.includes("数据源 Workday 被拒绝"));
  });
  expect((await incidents("?lang=en")).map(({ title }: { title: string }) => title)).toContainEqual(
    expect.stringContaining("the source Workday is refused"),
  );
});

describe("what Prometheus and Grafana are given", () => {
  const root = join(__dirname, "..", "..", "..");
  const rules = parse(readFileSync(join(root, "deploy/prometheus/alerts.yaml"), "utf8")) as {
    groups: readonly {
      rules: readonly {
        alert: string;
        expr: string;
        annotations: { summary: string; runbook_url: string };
      }[];
    }[];
  };
  const dashboard = JSON.parse(readFileSync(join(root, "deploy/grafana/dashboard.json"), "utf8")) as {
    panels: readonly {
      title: string;
      gridPos: { x: number; y: number };
      targets: readonly { expr: string }[];
    }[];
  };
  const all = rules.groups.flatMap((group) => group.rules);
  const namesIn = (expressions: readonly string[]): readonly string[] => [
    ...new Set(expressions.flatMap((expr) => expr.match(/\b(?:dingtalk_scim|http)_[a-z_]+/g) ?? [])),
  ];

  test("every metric that is named there is one of a running server", async () => {
    const { text } = await product.send("GET", "/metrics");
    const kinds = new Map(
      [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = "", kind = ""]) => [name, kind]),
    );
    const isThere = (name: string): boolean =>
      kinds.has(name) || kinds.get(name.replace(/_(bucket|sum|count)$/, "")) === "histogram";
    const named = namesIn([
      ...all.map(({ expr }) => expr),
      ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ]);
    expect(named.filter((name) => !isThere(name))).toEqual([]);
    expect(named.length).toBeGreaterThan(12);
    // And every one of ours is on the dashboard.
    const onDashboard = namesIn(dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)));
    const shown = new Set(onDashboard.map((name) => name.replace(/_(bucket|sum|count)$/, "")));
    expect(
      [...kinds.keys()].filter((name) => /^(dingtalk_scim|http)_/.test(name) && !shown.has(name)),
    ).toEqual([]);
    expect(text).toMatch(
      /dingtalk_scim_incidents_open\{target="dingtalk",class="A",cause="parked",code="mobileTaken",acknowledged="true"\} 1/,
    );
    expect(text).toMatch(
      /dingtalk_scim_alert_deliveries_total\{target="dingtalk",channel="robot",outcome="sent"\} [1-9]/,
    );
  });

  test("what the daily check of the history finds has a panel and a rule each", () => {
    for (const name of [
      "dingtalk_scim_history_verified_timestamp_seconds",
      "dingtalk_scim_history_altered",
    ]) {
      expect([
        name,
        dashboard.panels.filter(({ targets }) => namesIn(targets.map(({ expr }) => expr)).includes(name))
          .length,
      ]).toEqual([name, 1]);
      expect([name, all.filter(({ expr }) => namesIn([expr]).includes(name)).length > 0]).toEqual([
        name,
        true,
      ]);
    }
    const places = dashboard.panels.map(({ gridPos: { x, y } }) => `${x},${y}`);
    expect(new Set(places).size).toBe(places.length);
  });

  test("every rule has a name of its own, a summary and a place in the manual", () => {
    const manual = readFileSync(join(root, "docs/operations.md"), "utf8");
    const anchors = [...manual.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, "")
        .replaceAll(" ", "-"),
    );
    expect(new Set(all.map(({ alert }) => alert)).size).toBe(all.length);
    for (const { annotations } of all) {
      const [file, anchor] = annotations.runbook_url.split("#");
      expect([file, anchors.includes(anchor ?? ""), anchor]).toEqual(["docs/operations.md", true, anchor]);
      expect(annotations.summary).not.toBe("");
    }
  });
});
