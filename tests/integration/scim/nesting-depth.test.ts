import { MAX_NESTING } from "../../../src/directory/group.ts";
import { type OpenScim, openScim } from "./open-scim.ts";

let open: OpenScim;

beforeAll(async () => {
  open = await openScim();
});
afterAll(() => open.close());

/** Groups of which each contains the one before; the outermost last. Stops at the first that is refused. */
async function chain(length: number): Promise<{ ids: string[]; refused: unknown }> {
  const ids: string[] = [];
  for (let at = 0; at < length; at++) {
    const inner = ids.at(-1);
    const answer = await open.scim.send("POST", "/Groups", {
      displayName: `chain ${Math.random()}`,
      members: inner === undefined ? [] : [{ value: inner }],
    });
    if (answer.status !== 201) return { ids, refused: answer };
    ids.push(answer.body.id as string);
  }
  return { ids, refused: undefined };
}

const put = (outer: string, inner: string) =>
  open.scim.patch(`/Groups/${outer}`, { op: "add", path: "members", value: [{ value: inner }] });
const pairs = async (): Promise<number> =>
  (await open.app.pool.query("select count(*) as n from group_ancestors")).rows[0].n;

test("groups nest so deep, and no deeper: 400 invalidValue", async () => {
  const { ids, refused } = await chain(400);
  expect(ids).toHaveLength(MAX_NESTING);
  expect(refused).toMatchObject({
    status: 400,
    body: { scimType: "invalidValue", detail: expect.stringContaining(`${MAX_NESTING} levels`) },
  });
  expect(await pairs()).toBeLessThanOrEqual((MAX_NESTING * MAX_NESTING) / 2);
});

test("built from the outside in as well, by PATCH, and joined in the middle", async () => {
  const outside = (await chain(1)).ids[0]!;
  let innermost = outside;
  for (let level = 2; level <= MAX_NESTING; level++) {
    const next = (await chain(1)).ids[0]!;
    expect((await put(innermost, next)).status).toBeLessThan(300);
    innermost = next;
  }
  expect((await put(innermost, (await chain(1)).ids[0]!)).status).toBe(400);
  const [upper, lower] = [(await chain(MAX_NESTING / 2)).ids, (await chain(MAX_NESTING / 2 + 1)).ids];
  expect((await put(upper[0]!, lower.at(-1)!)).status).toBe(400);
  expect((await put(upper[1]!, lower.at(-1)!)).status).toBeLessThan(300);
});

test("a refused level changes nothing, and one that leaves makes room", async () => {
  const { ids } = await chain(MAX_NESTING);
  const [more] = (await chain(1)).ids;
  const before = await open.contents();
  expect((await put(ids[0]!, more!)).status).toBe(400);
  const all = await open.scim.send("PUT", `/Groups/${ids[0]}`, {
    displayName: "chain put",
    members: [{ value: more }],
  });
  expect(all.status).toBe(400);
  expect(await open.contents()).toEqual(before);
  await open.scim.patch(`/Groups/${ids[10]}`, { op: "remove", path: `members[value eq "${ids[9]}"]` });
  expect((await put(ids[0]!, more!)).status).toBeLessThan(300);
});

test("a group in two chains counts the longer one", async () => {
  const { ids } = await chain(MAX_NESTING - 1);
  const [short] = (await chain(1)).ids;
  expect((await put(short!, ids.at(-1)!)).status).toBeLessThan(300);
  const [top] = (await chain(1)).ids;
  expect((await put(top!, ids[0]!)).status).toBeLessThan(300);
  expect((await put((await chain(1)).ids[0]!, short!)).status).toBe(400);
});
