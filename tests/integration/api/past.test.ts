import { openProduct, type Product } from "../../support/product.ts";

/*
 * The organisation at a time, rebuilt from the history, beside snapshots that were taken then, while clients
 * wrote and the loop was at work.
 */

let product: Product;
beforeAll(async () => {
  product = await openProduct();
});
afterAll(() => product.close());

const scim = (method: string, path: string, body?: object) =>
  product.send(method, `/scim/v2${path}`, { body });
const patch = (...Operations: object[]) => ({
  schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
  Operations,
});
const replace = (path: string, value: unknown) => patch({ op: "replace", path, value });
const get = async (path: string) => {
  const answer = await product.send("GET", path);
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return answer.body;
};

/** Numbers that follow from a seed (Numerical Recipes). */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Clients that write at random, and can be asked to pause: then every write has been answered. */
function writersOf(seed: number) {
  const users: string[] = [];
  const groups: string[] = [];
  let n = 0;
  const one = async (random: (below: number) => number): Promise<void> => {
    const user = users[random(users.length)];
    const group = groups[random(groups.length)];
    const number = ++n;
    const phoneNumbers = [{ type: "mobile", value: `+852 6${String(1_000_000 + seed * 1_000 + number)}` }];
    const acts: readonly (() => Promise<unknown>)[] = [
      async () => {
        const { body } = await scim("POST", "/Users", {
          userName: `p${seed}.${number}`,
          displayName: `Person ${number}`,
          phoneNumbers,
        });
        users.push(body.id);
      },
      async () =>
        groups.push(
          (
            await scim("POST", "/Groups", {
              displayName: `Team ${number}`,
              members: user ? [{ value: user }] : [],
            })
          ).body.id,
        ),
      async () => user && scim("PATCH", `/Users/${user}`, replace("title", `Title ${number}`)),
      async () => user && scim("PATCH", `/Users/${user}`, replace("displayName", `Renamed ${number}`)),
      async () => user && scim("PATCH", `/Users/${user}`, patch({ op: "remove", path: "title" })),
      async () => user && scim("PATCH", `/Users/${user}`, replace("active", random(3) > 0)),
      async () =>
        user &&
        group &&
        scim("PATCH", `/Groups/${group}`, patch({ op: "add", path: "members", value: [{ value: user }] })),
      async () =>
        user &&
        group &&
        scim("PATCH", `/Groups/${group}`, patch({ op: "remove", path: `members[value eq "${user}"]` })),
      async () => group && scim("PATCH", `/Groups/${group}`, replace("displayName", `Team ${number}`)),
      async () =>
        group &&
        scim(
          "PATCH",
          `/Groups/${group}`,
          patch({ op: "add", path: "members", value: [{ value: groups[random(groups.length)] }] }),
        ),
      async () => user && random(4) === 0 && scim("DELETE", `/Users/${user}`),
      async () => group && random(4) === 0 && scim("DELETE", `/Groups/${group}`),
    ];
    await acts[users.length < 4 ? 0 : random(acts.length)]!();
  };
  return {
    users,
    groups,
    async write(rounds: number): Promise<void> {
      const writer = async (which: number) => {
        const random = randomOf(seed * 100 + which);
        for (let round = 0; round < rounds; round++) await one(random);
      };
      await Promise.all([1, 2, 3].map(writer));
    },
  };
}

interface Snapshot {
  readonly at: string;
  readonly people: Record<string, unknown>;
  readonly groups: Record<string, { readonly document: unknown; readonly members: readonly string[] }>;
  /** Of DingTalk, where the loop was at rest. */
  readonly remote?: { readonly people: readonly string[]; readonly departments: readonly string[] };
}

async function takeSnapshot(atRest: boolean): Promise<Snapshot> {
  if (atRest) await product.quiet();
  const at = new Date();
  const users = await product.pool.query("select id, document::text from users");
  const groups = await product.pool.query(
    `select g.id, g.document::text, array(select m.user_id::text from group_members m where m.group_id = g.id
       union all select c.child_id::text from group_children c where c.group_id = g.id order by 1) as members from groups g`,
  );
  const remote = atRest ? await product.remote() : undefined;
  // The next write is in a later millisecond.
  await product.until(async () => Date.now() > at.getTime() + 1);
  return {
    at: at.toISOString(),
    people: Object.fromEntries(users.rows.map(({ id, document }) => [id, JSON.parse(document)])),
    groups: Object.fromEntries(
      groups.rows.map(({ id, document, members }) => [id, { document: JSON.parse(document), members }]),
    ),
    ...(remote
      ? {
          remote: {
            people: remote.users.map(({ name, title }) => `${name}/${title ?? ""}`).sort(),
            departments: remote.departments
              .flatMap(({ dept_id, name }) => (dept_id === 1 ? [] : [name]))
              .sort(),
          },
        }
      : {}),
  };
}

const withoutId = ({ id: _id, members: _members, ...document }: Record<string, unknown>) => document;

async function rebuilt(at: string): Promise<Snapshot> {
  const { people, groups, departments } = await get(`/api/organisation?at=${at}`);
  // biome-ignore lint/suspicious/noExplicitAny: answers of any shape; every look is an assertion.
  const there = (all: any[], side: string) => all.filter((one) => one[side] !== null);
  return {
    at,
    people: Object.fromEntries(
      there(people, "resource").map(({ id, resource }) => [id, withoutId(resource)]),
    ),
    groups: Object.fromEntries(
      there(groups, "resource").map(({ id, resource }) => [
        id,
        {
          document: withoutId(resource),
          members: resource.members.map(({ value }: { value: string }) => value),
        },
      ]),
    ),
    remote: {
      people: there(people, "target")
        .map(({ target }) => `${target.attributes.name}/${target.attributes.title ?? ""}`)
        .sort(),
      departments: there(departments, "target")
        .filter(({ kind }) => kind === "department")
        .map(({ target }) => target.attributes.name)
        .sort(),
    },
  };
}

/** Both with `npm run test:faults`. */
const SEEDS = [1, 2].slice(0, Number(process.env["FAULT_SEEDS"] ?? 1));

test.each(SEEDS)("what is rebuilt is what was there: seed %i", async (seed) => {
  const sync = await product.startSync();
  const writers = writersOf(seed);
  const snapshots: Snapshot[] = [];
  for (let round = 0; round < 6; round++) {
    await writers.write(8);
    snapshots.push(await takeSnapshot(round % 3 === 2));
  }
  await sync.stop(1_000);
  expect(Object.keys(snapshots.at(-1)!.people).length).toBeGreaterThan(3);
  for (const snapshot of snapshots) {
    const { remote, ...past } = await rebuilt(snapshot.at);
    const { remote: seen, ...there } = snapshot;
    expect(past).toEqual(there);
    if (seen) expect({ people: remote!.people, departments: remote!.departments }).toEqual(seen);
  }

  // One by one, and between two of them.
  const [first, last] = [snapshots[0]!, snapshots.at(-1)!];
  for (const id of Object.keys(first.people)) {
    const { resource } = await get(`/api/users/${id}?at=${first.at}`);
    expect(withoutId(resource)).toEqual(first.people[id]);
  }
  for (const [id, { members }] of Object.entries(first.groups)) {
    const { resource } = await get(`/api/groups/${id}?at=${first.at}`);
    expect(
      resource.members
        .map(({ value }: { value: string }) => value)
        .filter((one: string) => members.includes(one)),
    ).toEqual(members);
  }
  const between = await get(`/api/organisation/difference?from=${first.at}&to=${last.at}`);
  const active = (people: Snapshot["people"]) =>
    Object.keys(people).filter((id) => (people[id] as { active?: boolean }).active !== false);
  const [before, after] = [active(first.people), active(last.people)];
  const ids = (all: { id: string }[]) => all.map(({ id }) => id).sort();
  expect(ids(between.joined)).toEqual(after.filter((id) => !before.includes(id)).sort());
  expect(ids(between.left)).toEqual(before.filter((id) => !after.includes(id)).sort());
  const same = (id: string) => JSON.stringify(first.people[id]) === JSON.stringify(last.people[id]);
  const changed = between.changed.filter(
    ({ changes }: { changes: object }) => Object.keys(changes).length > 0,
  );
  expect(ids(changed)).toEqual(after.filter((id) => before.includes(id) && !same(id)).sort());
});

test("before somebody was there they are unknown, and the future is not known", async () => {
  const { body } = await scim("POST", "/Users", { userName: "late", displayName: "Late" });
  expect((await product.send("GET", `/api/users/${body.id}?at=2026-01-01`)).status).toBe(404);
  for (const path of [
    `/api/users/${body.id}?at=2126-01-01`,
    "/api/organisation?at=2126-01-01",
    "/api/organisation?at=yesterday",
  ])
    expect((await product.send("GET", path)).status).toBe(400);
});

test("who may not see values is shown the names of attributes alone", async () => {
  const { body } = await scim("POST", "/Users", { userName: "masked", displayName: "Hidden Name" });
  const token = await product.token(["history:read"]);
  const now = new Date().toISOString();
  const one = await product.send("GET", `/api/users/${body.id}?at=${now}`, { token });
  expect(one.body).toMatchObject({
    masked: true,
    resource: { id: body.id, userName: null, displayName: null },
  });
  for (const path of [
    `/api/organisation?at=${now}`,
    `/api/organisation/difference?from=2026-01-01&to=${now}`,
  ])
    expect((await product.send("GET", path, { token })).text).not.toContain("Hidden Name");
});
