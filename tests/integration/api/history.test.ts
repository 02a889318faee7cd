import { openProduct, type Product } from "../../support/product.ts";

interface Event {
  readonly id: string;
  readonly at: string;
  readonly code: string;
  readonly actor: string;
  readonly source?: string;
  readonly requestId?: string;
  readonly causes: readonly string[];
  readonly subject?: { readonly kind: string; readonly id: string };
  readonly target?: string;
  readonly outcome?: string;
  readonly changes?: Readonly<Record<string, { readonly before?: unknown; readonly after?: unknown }>>;
  readonly detail?: { readonly action?: string; readonly calls?: readonly { readonly api: string }[] };
}

let product: Product;
let li: string;
let all: readonly Event[];
const requests: Record<string, string> = {};

const scim = async (name: string, method: string, path: string, body: object) => {
  const answer = await product.send(method, `/scim/v2${path}`, { body });
  expect(answer.status).toBeLessThan(300);
  requests[name] = answer.headers.get("x-request-id")!;
  return answer.body;
};
const history = async (query: Record<string, string>): Promise<{ events: Event[]; next?: string }> =>
  (await product.send("GET", `/api/history?${new URLSearchParams(query)}`)).body;
const patch = (...Operations: object[]) => ({
  schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
  Operations,
});
const mobile = (value: string) => [{ type: "mobile", value }];

beforeAll(async () => {
  product = await openProduct();
  li = (
    await scim("hired", "POST", "/Users", {
      userName: "li",
      displayName: "Li",
      phoneNumbers: mobile("+852 9000 0001"),
    })
  ).id;
  await scim("promoted", "PATCH", `/Users/${li}`, patch({ op: "replace", path: "title", value: "Head" }));
  const sync = await product.startSync();
  await product.quiet();
  await product.control("faults", { match: "/topapi/v2/user/update", fault: "permission", times: 1 });
  await scim("moved", "POST", "/Groups", { displayName: "Sales", members: [{ value: li }] });
  await product.until(async () => (await history({ filter: 'outcome eq "refused"' })).events.length > 0);
  // The refusal pauses the target; an administrator mends it, and asks for one more try.
  await product.pool.query("update target_states set paused_until = null");
  await product.send("POST", `/api/sync/items/user/${li}/retry`);
  await product.quiet();
  await sync.stop(1_000);
  all = (await history({ count: "1000" })).events;
});

afterAll(() => product.close());

const since = () => all.find(({ code }) => code === "group.created")!.at;

test.each<[string, () => string, (event: Event) => boolean]>([
  ["at", () => `at ge "${since()}"`, ({ at }) => at >= since()],
  ["code", () => 'code eq "target.intent"', ({ code }) => code === "target.intent"],
  ["part of a code", () => 'code sw "user."', ({ code }) => code.startsWith("user.")],
  ["actor", () => 'actor eq "worker"', ({ actor }) => actor === "worker"],
  [
    "source",
    () => `source eq "${all.find(({ code }) => code === "user.created")!.source}"`,
    ({ source, code }) => source !== undefined || code === "user.created",
  ],
  ["subject", () => `subject eq "${li}"`, ({ subject }) => subject?.id === li],
  [
    "requestId",
    () => `requestId eq "${requests["promoted"]}"`,
    ({ requestId }) => requestId === requests["promoted"],
  ],
  ["outcome", () => 'outcome eq "refused"', ({ outcome }) => outcome === "refused"],
  ["target", () => 'target eq "dingtalk"', ({ target }) => target === "dingtalk"],
  ["attribute", () => 'attribute eq "title"', ({ changes }) => changes !== undefined && "title" in changes],
  ["presence", () => "requestId pr", ({ requestId }) => requestId !== undefined],
  [
    "several at once",
    () =>
      `subject eq "${li}" and (code sw "user." or outcome eq "refused") and not (attribute eq "userName")`,
    ({ subject, code, outcome, changes }) =>
      subject?.id === li &&
      (code.startsWith("user.") || outcome === "refused") &&
      !("userName" in (changes ?? {})),
  ],
])("events are found by %s", async (_name, filter, wanted) => {
  // Each look at values makes an event of its own.
  const events = (await history({ filter: filter(), count: "1000" })).events.filter(
    ({ code }) => code !== "personal.read",
  );
  expect(events).toEqual(all.filter(wanted));
  expect(events.length).toBeGreaterThan(0);
  expect(events.length).toBeLessThan(all.length);
});

test("what is not there is not found", async () => {
  expect(await history({ filter: 'requestId eq "2819c223-7f76-453a-919d-413861904646"' })).toMatchObject({
    events: [],
  });
  expect(await history({ filter: 'subject eq "nobody"' })).toMatchObject({ events: [] });
});

test.each([
  ["an unknown attribute", { filter: 'colour eq "red"' }],
  ["an unterminated text", { filter: 'code eq "user' }],
  ["no time", { filter: 'at ge "yesterday"' }],
  ["parts of what has none", { filter: 'subject[id eq "x"]' }],
  ["500 parentheses", { filter: "(".repeat(500) }],
  ["a cursor that is none", { after: "yesterday" }],
  ["a count that is none", { count: "-1" }],
])("%s is refused", async (_name, query) => {
  const answer = await product.send(
    "GET",
    `/api/history?${new URLSearchParams(query as Record<string, string>)}`,
  );
  expect([answer.status, answer.headers.get("content-type")]).toEqual([
    400,
    "application/problem+json; charset=utf-8",
  ]);
  expect(answer.body).toMatchObject({ status: 400, requestId: answer.headers.get("x-request-id") });
});

test("a parameter given twice is refused", async () => {
  expect((await product.send("GET", "/api/history?count=1&count=2")).status).toBe(400);
});

test("pages go from the newest to the oldest without gaps or doubles, whatever is written meanwhile", async () => {
  const seen: Event[] = [];
  // What was written since, such as the reads of the tests before, is not asked for.
  for (let after: string | undefined, page = 0; page === 0 || after; page++) {
    const { events, next } = await history({
      count: "3",
      filter: `at le "${all[0]!.at}"`,
      ...(after ? { after } : {}),
    });
    seen.push(...events);
    after = next;
    if (page < 3) await product.send("POST", "/scim/v2/Users", { body: { userName: `late.${page}` } });
  }
  expect(seen).toEqual(all);
  expect(seen.map(({ id }) => id)).toEqual(
    seen
      .map(({ id }) => id)
      .sort()
      .reverse(),
  );
});

describe("the story of a request", () => {
  interface Story extends Event {
    readonly causedBy: readonly Event[];
    readonly effects: readonly Event[];
    readonly truncated: boolean;
  }
  const storyOf = async (id: string): Promise<Story> =>
    (await product.send("GET", `/api/history/${id}`)).body;
  async function story(name: string): Promise<Story> {
    const { events } = await history({ filter: `requestId eq "${requests[name]}"` });
    expect(events).toHaveLength(1);
    return storyOf(events[0]!.id);
  }
  const happened = ({ effects }: Story) =>
    effects
      .filter(({ code }) => code === "target.outcome")
      .map(({ subject, outcome, detail }) => [
        subject!.kind,
        detail!.action,
        outcome,
        detail!.calls!.map(({ api }) => api),
      ]);

  test("two requests that went out as one call lead to the same call, which names both", async () => {
    const [hired, promoted] = [await story("hired"), await story("promoted")];
    expect(happened(hired)[0]).toEqual(["user", "create", "done", ["/topapi/v2/user/create"]]);
    const intent = hired.effects[0]!;
    expect(promoted.effects[0]).toEqual(intent);
    expect(intent).toMatchObject({
      code: "target.intent",
      actor: "worker",
      changes: { name: { after: "Li" }, title: { after: "Head" } },
    });
    expect(intent.causes.slice(0, 2)).toEqual([hired.id, promoted.id]);
    // The first start has rules that the target was never worked on with.
    expect((await storyOf(intent.id)).causedBy.map(({ code }) => code)).toEqual([
      "user.created",
      "user.updated",
      "mapping.changed",
    ]);
  });

  test("a group made with a member leads to a department and to the person in it, refusals told", async () => {
    const moved = await story("moved");
    expect(moved).toMatchObject({
      code: "group.created",
      changes: { members: { after: [li] } },
      causes: [],
      truncated: false,
    });
    const calls = happened(moved);
    expect(calls).toContainEqual(["department", "create", "done", ["/topapi/v2/department/create"]]);
    expect(calls).toContainEqual(["user", "update", "refused", ["/topapi/v2/user/update"]]);
    expect(calls.at(-1)).toEqual(["user", "update", "done", ["/topapi/v2/user/update"]]);
  });

  test("every intent has its outcome, and no event names a cause twice", () => {
    const causes = all.filter(({ code }) => code === "target.outcome").map((event) => event.causes[0]);
    expect(
      all
        .filter(({ code }) => code === "target.intent")
        .map(({ id }) => id)
        .sort(),
    ).toEqual(causes.sort());
    for (const event of all) expect(new Set(event.causes).size).toBe(event.causes.length);
  });

  test("what is no event is 404", async () => {
    for (const id of ["2819c223-7f76-453a-919d-413861904646", "nothing"])
      expect((await product.send("GET", `/api/history/${id}`)).status).toBe(404);
  });
});
