import assert from "node:assert/strict";
import { answered, type Case, casesOf, has, idsOf, memberIds, refused } from "./case.ts";
import { ENTERPRISE, GROUP, message, type Resource, type ScimClient, USER } from "./client.ts";

/*
 * The requests of Microsoft's validation of a gallery application (docs/clients.md 1 and 4): people, groups
 * and the protocol, in both forms of PATCH. People of one run have the same e-mail address, telephone numbers
 * and employee number, and many values are meaningless. So only userName and externalId may be unique.
 */

type Shape = "verbose" | "compact";
const SHAPES: readonly Shape[] = ["verbose", "compact"];

/** The default attribute mapping, with the names from the discovered schema. */
const MAPPED: readonly string[] = [
  "displayName",
  "title",
  'emails[type eq "work"].value',
  "preferredLanguage",
  "name.givenName",
  "name.familyName",
  "name.formatted",
  ...["formatted", "streetAddress", "locality", "region", "postalCode", "country"].map(
    (name) => `addresses[type eq "work"].${name}`,
  ),
  ...["work", "mobile", "fax"].map((type) => `phoneNumbers[type eq "${type}"].value`),
  `${ENTERPRISE}:employeeNumber`,
  `${ENTERPRISE}:department`,
];

/**
 * Changes as one operation for each attribute, or with all scalar attributes in one operation without path.
 */
function operations(shape: Shape, changes: Readonly<Record<string, unknown>>): readonly Resource[] {
  const each = ([path, value]: readonly [string, unknown]) => ({
    op: shape === "verbose" ? "Replace" : "replace",
    path,
    value,
  });
  if (shape === "verbose") return Object.entries(changes).map(each);
  const scalars = Object.entries(changes).filter(([path]) => !path.includes("["));
  const selected = Object.entries(changes).filter(([path]) => path.includes("["));
  return [
    ...selected.map(each),
    ...(scalars.length > 0 ? [{ op: "replace", value: Object.fromEntries(scalars) }] : []),
  ];
}

function person(scim: ScimClient): Resource {
  const name = scim.unique("gallery");
  return {
    schemas: [USER, ENTERPRISE],
    userName: name,
    externalId: name,
    active: true,
    displayName: "Test User",
    title: "Tester",
    preferredLanguage: "en",
    name: { givenName: "Test", familyName: "User", formatted: "Test User" },
    emails: [{ primary: true, type: "work", value: "shared@example.com" }],
    phoneNumbers: [
      { primary: true, type: "work", value: "111-222" },
      { type: "mobile", value: "111-333" },
      { type: "fax", value: "111-444" },
    ],
    addresses: [
      {
        primary: true,
        type: "work",
        formatted: "1 Way",
        streetAddress: "Way",
        locality: "Town",
        region: "R",
        postalCode: "1",
        country: "HK",
      },
    ],
    [ENTERPRISE]: { employeeNumber: "4711", department: "Test" },
  };
}

const makePerson = (scim: ScimClient) => scim.user(person(scim));
const managerOf = (user: Resource): string | undefined => user[ENTERPRISE]?.manager?.value;

/** The value of a mapped name in a resource. */
function valueAt(resource: Resource, name: string): unknown {
  const [, list, type, sub] = /^(\w+)\[type eq "(\w+)"\]\.(\w+)$/.exec(name) ?? [];
  if (list)
    return (resource[list] as Resource[] | undefined)?.find((element) => element.type === type)?.[sub!];
  if (name.startsWith(`${ENTERPRISE}:`)) return resource[ENTERPRISE]?.[name.slice(ENTERPRISE.length + 1)];
  const [head, tail] = name.split(".");
  return tail ? resource[head!]?.[tail] : resource[name];
}

const shaped = (shape: Shape): readonly Case[] => {
  const patch = (scim: ScimClient, id: string, changes: Readonly<Record<string, unknown>>) =>
    scim.patch(`/Users/${id}`, ...operations(shape, changes));
  const patchGroup = async (scim: ScimClient, id: string, ...given: readonly Resource[]) => {
    assert.ok([200, 204].includes((await scim.patch(`/Groups/${id}`, ...given)).status));
    return answered(await scim.get(`/Groups/${id}`), 200);
  };
  const manager = `${ENTERPRISE}:manager`;

  return casesOf(`Microsoft gallery, ${shape}`, {
    "user: create, and read what was sent": async (scim) => {
      const sent = person(scim);
      const made = await scim.user(sent);
      has(answered(await scim.get(`/Users/${made.id}`), 200), sent);
      assert.deepEqual(idsOf(await scim.get("/Users", { filter: `userName eq "${sent.userName}"` })), [
        made.id,
      ]);
    },
    "user: a second create is a conflict": async (scim) => {
      const { userName } = await makePerson(scim);
      refused(await scim.send("POST", "/Users", { ...person(scim), userName }), 409, "uniqueness");
    },
    "user: update every mapped attribute with meaningless values": async (scim) => {
      const user = await makePerson(scim);
      const changes = Object.fromEntries(
        [...MAPPED, "userName", "externalId"].map((name) => [name, scim.unique("upd")]),
      );
      answered(await patch(scim, user.id, changes), 200);
      const stored = answered(await scim.get(`/Users/${user.id}`), 200);
      for (const [name, value] of Object.entries(changes)) assert.equal(valueAt(stored, name), value, name);
      answered(await patch(scim, user.id, changes), 200);
      assert.deepEqual(answered(await scim.get(`/Users/${user.id}`), 200), stored);
    },
    "user: add every mapped attribute to a user without values": async (scim) => {
      const user = await scim.user();
      const changes = Object.fromEntries(MAPPED.map((name) => [name, scim.unique("upd")]));
      answered(await patch(scim, user.id, changes), 200);
      const stored = answered(await scim.get(`/Users/${user.id}`), 200);
      for (const [name, value] of Object.entries(changes)) assert.equal(valueAt(stored, name), value, name);
    },
    "user: disable and restore": async (scim) => {
      const user = await makePerson(scim);
      has(answered(await patch(scim, user.id, { active: shape === "verbose" ? "False" : false }), 200), {
        active: false,
      });
      has(answered(await scim.get("/Users", { filter: `userName eq "${user.userName}"` }), 200).Resources, [
        { active: false },
      ]);
      has(answered(await patch(scim, user.id, { active: shape === "verbose" ? "True" : true }), 200), {
        active: true,
      });
    },
    "user: delete": async (scim) => {
      const user = await makePerson(scim);
      answered(await patch(scim, user.id, { active: shape === "verbose" ? "False" : false }), 200);
      answered(await scim.send("DELETE", `/Users/${user.id}`), 204);
      refused(await scim.get(`/Users/${user.id}`), 404);
    },
    "user: manager set, changed and removed": async (scim) => {
      const [user, one, two] = [await makePerson(scim), await makePerson(scim), await makePerson(scim)];
      for (const boss of [one, two]) {
        answered(await patch(scim, user.id, { [manager]: boss.id }), 200);
        assert.equal(managerOf(answered(await scim.get(`/Users/${user.id}`), 200)), boss.id);
        assert.deepEqual(
          idsOf(
            await scim.get("/Users", {
              filter: `id eq "${user.id}" and manager eq "${boss.id}"`,
              attributes: "id",
            }),
          ),
          [user.id],
        );
      }
      answered(
        await scim.patch(`/Users/${user.id}`, {
          op: shape === "verbose" ? "Remove" : "remove",
          path: manager,
        }),
        200,
      );
      assert.equal(managerOf(answered(await scim.get(`/Users/${user.id}`), 200)), undefined);
    },
    "user: manager cleared": async (scim) => {
      for (const empty of ["", null, { value: "" }]) {
        const [user, boss] = [await makePerson(scim), await makePerson(scim)];
        answered(await patch(scim, user.id, { [manager]: { value: boss.id } }), 200);
        assert.equal(managerOf(answered(await scim.get(`/Users/${user.id}`), 200)), boss.id);
        answered(await patch(scim, user.id, { [manager]: empty }), 200);
        assert.equal(managerOf(answered(await scim.get(`/Users/${user.id}`), 200)), undefined);
      }
    },
    "user: values cleared with null and with an empty string": async (scim) => {
      for (const empty of [null, ""]) {
        const user = await makePerson(scim);
        answered(await patch(scim, user.id, Object.fromEntries(MAPPED.map((name) => [name, empty]))), 200);
        const stored = answered(await scim.get(`/Users/${user.id}`), 200);
        for (const name of MAPPED) assert.equal(valueAt(stored, name), undefined, name);
      }
    },
    "user: on demand, matched and updated": async (scim) => {
      const user = await makePerson(scim);
      const [id] = idsOf(await scim.get("/Users", { filter: `externalId eq "${user.externalId}"` }));
      answered(await patch(scim, id!, { displayName: "On Demand" }), 200);
      has(answered(await scim.get(`/Users/${id}`), 200), { id: user.id, displayName: "On Demand" });
    },
    "group: create, match without members": async (scim) => {
      const displayName = scim.unique("gallery");
      const schemas = [GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"];
      const { id } = await scim.group({ schemas, displayName, externalId: displayName, members: [] });
      const answer = await scim.get("/Groups", {
        excludedAttributes: "members",
        filter: `displayName eq "${displayName}"`,
      });
      assert.deepEqual(idsOf(answer), [id]);
      has(answered(await scim.get(`/Groups/${id}`, { excludedAttributes: "members" }), 200), {
        displayName,
        externalId: displayName,
        members: undefined,
      });
    },
    "group: update": async (scim) => {
      const { id } = await scim.group();
      const changes = { displayName: scim.unique("upd"), externalId: scim.unique("upd") };
      has(await patchGroup(scim, id, ...operations(shape, changes)), changes);
    },
    "group: members added together and one by one": async (scim) => {
      const { id } = await scim.group();
      const people = [await makePerson(scim), await makePerson(scim), await makePerson(scim)];
      const op = shape === "verbose" ? "Add" : "add";
      const [first, ...others] = people.map((member) => ({ $ref: null, value: member.id }));
      await patchGroup(scim, id, { op, path: "members", value: [first] });
      const group = await patchGroup(scim, id, { op, path: "members", value: others });
      assert.deepEqual(memberIds(group), people.map((member) => member.id).sort());
    },
    "group: one member removed, the others stay": async (scim) => {
      const [one, two] = [await makePerson(scim), await makePerson(scim)];
      const { id } = await scim.group({ members: [{ value: one.id }, { value: two.id }] });
      const removal =
        shape === "verbose"
          ? { op: "Remove", path: "members", value: [{ $ref: null, value: one.id }] }
          : { op: "remove", path: `members[value eq "${one.id}"]` };
      assert.deepEqual(memberIds(await patchGroup(scim, id, removal)), [two.id]);
      assert.deepEqual(memberIds(await patchGroup(scim, id, removal)), [two.id]);
    },
    "group: on demand, with five members": async (scim) => {
      const { id } = await scim.group();
      const people = await Promise.all(Array.from({ length: 5 }, () => makePerson(scim)));
      const value = people.map((member) => ({ value: member.id }));
      assert.equal(memberIds(await patchGroup(scim, id, { op: "Add", path: "members", value })).length, 5);
    },
    "group: delete": async (scim) => {
      const { id } = await scim.group({ members: [{ value: (await makePerson(scim)).id }] });
      answered(await scim.send("DELETE", `/Groups/${id}`), 204);
      refused(await scim.get(`/Groups/${id}`), 404);
    },
  });
};

const protocol = casesOf("Microsoft gallery, protocol", {
  "every mapped attribute is discoverable": async (scim) => {
    const { Resources } = answered(await scim.get("/Schemas"), 200);
    const known = new Set((Resources as Resource[]).flatMap((schema) => flattened(schema)));
    const missing = [
      ...MAPPED,
      "userName",
      "active",
      "externalId",
      "members",
      `${ENTERPRISE}:manager`,
    ].filter((name) => !known.has(name));
    assert.deepEqual(missing, []);
    const group = (Resources as Resource[]).find((schema) => schema.id === GROUP)!;
    for (const name of ["displayName", "externalId", "members"])
      assert.ok(flattened(group).includes(name), name);
  },
  "people in pages": async (scim) => {
    for (let at = 0; at < 11; at++) await makePerson(scim);
    const pages = [
      await scim.get("/Users", { startIndex: 1, count: 5 }),
      await scim.get("/Users", { startIndex: 6, count: 5 }),
    ];
    for (const [at, page] of pages.entries()) {
      has(answered(page, 200), {
        schemas: [message("ListResponse")],
        startIndex: at * 5 + 1,
        itemsPerPage: 5,
      });
      assert.ok(page.body.totalResults >= 11);
    }
    const ids = pages.flatMap(idsOf);
    assert.equal(new Set(ids).size, 10);
  },
  "groups in pages": async (scim) => {
    for (let at = 0; at < 6; at++) await scim.group();
    const pages = [
      await scim.get("/Groups", { startIndex: 1, count: 3 }),
      await scim.get("/Groups", { startIndex: 4, count: 3 }),
    ];
    assert.equal(new Set(pages.flatMap(idsOf)).size, 6);
  },
});

/** Attribute names that the discovery derives from a schema (docs/clients.md 4.2). */
function flattened({ id, attributes }: Resource): readonly string[] {
  const prefix = id === USER || id === GROUP ? "" : `${id}:`;
  return (attributes as Resource[]).flatMap((attribute) => {
    const name = prefix + attribute.name;
    const subs = (attribute.subAttributes ?? []) as Resource[];
    if (attribute.type !== "complex" || ["manager", "members"].includes(attribute.name)) return [name];
    if (!attribute.multiValued) return subs.map((sub) => `${name}.${sub.name}`);
    const types: readonly string[] = subs.find((sub) => sub.name === "type")?.canonicalValues ?? [];
    return types.flatMap((type) => subs.map((sub) => `${name}[type eq "${type}"].${sub.name}`));
  });
}

const inSequence: readonly Case[] = [...SHAPES.flatMap(shaped), ...protocol];

export const galleryCases: readonly Case[] = [
  ...inSequence,
  {
    origin: "Microsoft gallery",
    name: "all cases at the same time, as the workflow runs them",
    // Cases that read all people in pages need a server where nobody else creates people.
    run: async (scim) => {
      await Promise.all(
        inSequence.filter(({ name }) => !name.endsWith("in pages")).map(({ run }) => run(scim)),
      );
    },
  },
];
