import { GROUP, type ScimClient, USER } from "../../conformance/client.ts";
import { type OpenScim, openScim } from "./open-scim.ts";

let open: OpenScim;
let scim: ScimClient;

beforeAll(async () => {
  open = await openScim();
  scim = open.scim;
});

afterAll(() => open.close());

const times = <T>(count: number, make: (at: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, at) => make(at)));

test("20 parallel one-member adds: 20 members", async () => {
  const people = await times(20, () => scim.user());
  const group = await scim.group();
  const answers = await Promise.all(
    people.map(({ id }) =>
      scim.patch(`/Groups/${group.id}`, { op: "Add", path: "members", value: [{ value: id }] }),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const { body } = await scim.get(`/Groups/${group.id}`);
  expect(body.members.map(({ value }: { value: string }) => value).sort()).toEqual(
    people.map(({ id }) => id).sort(),
  );
});

test("answers of parallel changes hold the change, and the members of their own group alone", async () => {
  const people = await times(30, () => scim.user());
  const [few, none, many] = [await scim.group(), await scim.group(), await scim.group()];
  await scim.patch(`/Groups/${many.id}`, {
    op: "add",
    path: "members",
    value: people.slice(0, 21).map(({ id }) => ({ value: id })),
  });
  const valuesIn = ({ body }: { body: { members?: readonly { value: string }[] } }) =>
    (body.members ?? []).map(({ value }) => value);
  await times(30, async (at) => {
    const { id } = people[at]!;
    const group = [few, none, many][at % 3]!;
    const added = await scim.patch(`/Groups/${group.id}`, {
      op: "add",
      path: "members",
      value: [{ value: id }],
    });
    if (group === many) return expect(added.status).toBe(204);
    expect({ id: added.body.id, members: valuesIn(added) }).toEqual({
      id: group.id,
      members: expect.arrayContaining([id]),
    });
    if (group === few) return;
    const removed = await scim.patch(`/Groups/${group.id}`, {
      op: "remove",
      path: `members[value eq "${id}"]`,
    });
    expect(valuesIn(removed)).not.toContain(id);
  });
  const after = await scim.patch(`/Groups/${none.id}`, {
    op: "replace",
    path: "displayName",
    value: scim.unique("empty"),
  });
  expect({ status: after.status, members: valuesIn(after) }).toEqual({ status: 200, members: [] });
  const ofFew = valuesIn(
    await scim.patch(`/Groups/${few.id}`, { op: "add", path: "members", value: [{ value: people[0]!.id }] }),
  );
  expect([...ofFew].sort()).toEqual(people.flatMap(({ id }, at) => (at % 3 === 0 ? [id] : [])).sort());
});

test("20 parallel adds and removals of different members", async () => {
  const [stay, leave, join] = [
    await times(5, () => scim.user()),
    await times(10, () => scim.user()),
    await times(10, () => scim.user()),
  ];
  const group = await scim.group({ members: [...stay, ...leave].map(({ id }) => ({ value: id })) });
  await Promise.all([
    ...leave.map(({ id }) =>
      scim.patch(`/Groups/${group.id}`, { op: "remove", path: `members[value eq "${id}"]` }),
    ),
    ...join.map(({ id }) =>
      scim.patch(`/Groups/${group.id}`, { op: "add", path: "members", value: [{ value: id }] }),
    ),
  ]);
  const { body } = await scim.get(`/Groups/${group.id}`);
  expect(body.members.map(({ value }: { value: string }) => value).sort()).toEqual(
    [...stay, ...join].map(({ id }) => id).sort(),
  );
});

test("20 parallel PATCHes of different attributes of one person: all kept", async () => {
  const user = await scim.user();
  const names = [
    "title",
    "nickName",
    "displayName",
    "userType",
    "locale",
    "timezone",
    "preferredLanguage",
    "profileUrl",
    "name.givenName",
    "name.familyName",
  ];
  const types = Array.from({ length: 10 }, (_, at) => `kind${at}`);
  const paths = [...names, ...types.map((type) => `emails[type eq "${type}"].value`)];
  const answers = await Promise.all(
    paths.map((path, at) => scim.patch(`/Users/${user.id}`, { op: "Replace", path, value: `value ${at}` })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const { body } = await scim.get(`/Users/${user.id}`);
  const kept = [
    ...names.map((name) => name.split(".").reduce((value, part) => value[part], body)),
    ...types.map((type) => body.emails.find((email: { type: string }) => email.type === type)?.value),
  ];
  expect(kept).toEqual(paths.map((_, at) => `value ${at}`));
  expect(body.meta.version).toBe('W/"21"');
});

test("10 parallel POSTs of one userName: one 201, nine 409", async () => {
  const userName = scim.unique("twin");
  const answers = await times(10, (at) =>
    scim.send("POST", "/Users", { schemas: [USER], userName: at % 2 ? userName : userName.toUpperCase() }),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)]);
});

test("10 parallel POSTs of one group: one 201, nine 409", async () => {
  const displayName = scim.unique("twin");
  const answers = await times(10, () => scim.send("POST", "/Groups", { schemas: [GROUP], displayName }));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)]);
});

test("two groups put into each other at once: one is refused", async () => {
  for (let round = 0; round < 5; round++) {
    const [one, two] = [await scim.group(), await scim.group()];
    const into = (group: string, member: string) =>
      scim.patch(`/Groups/${group}`, { op: "add", path: "members", value: [{ value: member }] });
    const answers = await Promise.all([into(one.id, two.id), into(two.id, one.id)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
  }
});

test("a delete and late changes: gone stays gone", async () => {
  const user = await scim.user();
  const answers = await Promise.all([
    scim.send("DELETE", `/Users/${user.id}`),
    ...Array.from({ length: 5 }, (_, at) =>
      scim.patch(`/Users/${user.id}`, { op: "replace", path: "title", value: `t${at}` }),
    ),
  ]);
  expect(answers[0]!.status).toBe(204);
  expect(answers.slice(1).every(({ status }) => status === 200 || status === 404)).toBe(true);
  expect((await scim.get(`/Users/${user.id}`)).status).toBe(404);
});

test("everything at once, on few groups and few people: no answer is 5xx, and what was acknowledged adds up", async () => {
  const people = await times(6, () => scim.user());
  const groups = await times(4, () => scim.group());
  const inner = await times(2, () => scim.group());
  const pick = <T>(list: readonly T[], at: number): T => list[at % list.length]!;
  const answers = await times(120, (at) => {
    const [person, group, nested] = [pick(people, at), pick(groups, at >> 1), pick(inner, at >> 2)];
    const several = people.map(({ id }) => ({ value: id }));
    switch (at % 8) {
      case 0:
        return scim.patch(`/Groups/${group.id}`, { op: "add", path: "members", value: several });
      case 1:
        return scim.patch(`/Groups/${group.id}`, {
          op: "remove",
          path: "members",
          value: [...several].reverse(),
        });
      case 2:
        return scim.patch(`/Groups/${group.id}`, {
          op: "replace",
          value: { displayName: scim.unique("name"), members: several },
        });
      case 3:
        return scim.patch(`/Groups/${group.id}`, {
          op: "add",
          path: "members",
          value: [{ value: nested.id }, { value: person.id }],
        });
      case 4:
        return scim.patch(`/Groups/${group.id}`, {
          op: "remove",
          path: "members",
          value: [{ value: nested.id }],
        });
      case 5:
        return scim.send("PUT", `/Groups/${nested.id}`, {
          displayName: scim.unique("inner"),
          members: several.slice(at % 5),
        });
      case 6:
        return scim.patch(`/Users/${person.id}`, { op: "replace", path: "title", value: `t${at}` });
      default:
        return scim.send("POST", "/Groups", {
          displayName: scim.unique("more"),
          members: [...several].reverse(),
        });
    }
  });
  expect(
    answers.filter(({ status }) => status >= 400).map(({ status, text }) => `${status} ${text}`),
  ).toEqual([]);
  // A person's groups and the groups' members tell the same story.
  const listed = (await scim.get("/Groups", { count: 200 })).body.Resources as readonly {
    id: string;
    members?: readonly { value: string }[];
  }[];
  for (const { id } of people) {
    const groupsOf = ((await scim.get(`/Users/${id}`)).body.groups ?? []) as readonly {
      value: string;
      type: string;
    }[];
    const direct = groupsOf.filter(({ type }) => type === "direct").map(({ value }) => value);
    const containing = listed
      .filter(({ members }) => members?.some(({ value }) => value === id))
      .map((group) => group.id);
    expect(direct.sort()).toEqual(containing.sort());
  }
});
