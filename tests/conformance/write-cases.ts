import assert from "node:assert/strict";
import { answered, casesOf, has, memberIds, refused } from "./case.ts";
import { ENTERPRISE, GROUP, USER } from "./client.ts";

/*
 * RFC 7644 sections 3.3, 3.4.1, 3.5.1, 3.6, 3.9, 3.11, 3.14 and RFC 7643 section 3.1: writing and reading one
 * resource.
 */

export const writeCases = [
  ...casesOf("RFC 7644 3.3", {
    "a user is created, with Location, ETag and meta": async (scim) => {
      const userName = scim.unique("bjensen");
      const answer = await scim.send("POST", "/Users", {
        schemas: [USER],
        userName,
        externalId: userName,
        name: { formatted: "Ms. Barbara J Jensen III", familyName: "Jensen", givenName: "Barbara" },
      });
      const user = answered(answer, 201);
      has(user, {
        schemas: [USER],
        userName,
        externalId: userName,
        name: { formatted: "Ms. Barbara J Jensen III" },
      });
      has(user.meta, {
        resourceType: "User",
        location: answer.headers.get("location"),
        version: answer.headers.get("etag"),
      });
      assert.ok(user.meta.location.endsWith(`/Users/${user.id}`));
      assert.equal(user.meta.created, user.meta.lastModified);
    },
    "a group is created with members, and its people show it": async (scim) => {
      const person = await scim.user();
      const group = await scim.group({ members: [{ value: person.id }] });
      has(group.members, [{ value: person.id, type: "User" }]);
      assert.ok(group.members[0].$ref.endsWith(`/Users/${person.id}`));
      const { groups } = answered(await scim.get(`/Users/${person.id}`), 200);
      has(groups, [{ value: group.id, display: group.displayName, type: "direct" }]);
      assert.ok(groups[0].$ref.endsWith(`/Groups/${group.id}`));
    },
    "read-only attributes in the body are ignored": async (scim) => {
      const id = "2819c223-7f76-453a-919d-413861904646";
      const user = await scim.user({
        id,
        groups: [{ value: id }],
        meta: { created: "2001-01-01T00:00:00Z", version: "x" },
      });
      assert.notEqual(user.id, id);
      assert.equal(user.groups, undefined);
      assert.notEqual(user.meta.created, "2001-01-01T00:00:00Z");
    },
    "a second user with the same userName is refused, in any letter case": async (scim) => {
      const { userName } = await scim.user();
      refused(
        await scim.send("POST", "/Users", { schemas: [USER], userName: userName.toUpperCase() }),
        409,
        "uniqueness",
      );
    },
    "a second group with the same displayName is refused": async (scim) => {
      const { displayName } = await scim.group();
      refused(await scim.send("POST", "/Groups", { schemas: [GROUP], displayName }), 409, "uniqueness");
    },
    "a required attribute is required": async (scim) => {
      refused(await scim.send("POST", "/Users", { schemas: [USER] }), 400, "invalidValue");
      refused(await scim.send("POST", "/Groups", { schemas: [GROUP] }), 400, "invalidValue");
    },
    "a password is accepted and never returned": async (scim) => {
      const user = await scim.user({ password: "t1meMa$heen" });
      assert.equal(user.password, undefined);
      const answer = await scim.get(`/Users/${user.id}`, { attributes: "password,userName" });
      assert.ok(!answer.text.includes("t1meMa$heen"));
    },
    "values are returned as they were sent": async (scim) => {
      const sent = {
        phoneNumbers: [
          { type: "work", value: "tel:+852-2345-6789;ext=204" },
          { type: "mobile", value: "+852 9123 4567" },
        ],
        displayName: "  陳大文 Chan Tai-man ",
        addresses: [{ type: "work", formatted: "1 Queen's Road\nCentral", primary: true }],
        [ENTERPRISE]: { employeeNumber: "00701984", manager: { value: "21001" } },
      };
      const { id } = await scim.user({ schemas: [USER, ENTERPRISE], ...sent });
      has(answered(await scim.get(`/Users/${id}`), 200), sent);
    },
  }),

  ...casesOf("RFC 7644 3.4.1", {
    "a resource is read with its ETag": async (scim) => {
      const user = await scim.user();
      const answer = await scim.get(`/Users/${user.id}`);
      assert.deepEqual(answered(answer, 200), user);
      assert.equal(answer.headers.get("etag"), user.meta.version);
    },
    "an unknown id is 404": async (scim) => {
      for (const id of ["2819c223-7f76-453a-919d-413861904646", "x", "..%2fGroups"]) {
        refused(await scim.get(`/Users/${id}`), 404);
        refused(await scim.get(`/Groups/${id}`), 404);
      }
      refused(await scim.get("/Users/%00"), 400, "invalidSyntax");
    },
    "an id may be percent-encoded in any way": async (scim) => {
      const { id } = await scim.user();
      has(answered(await scim.get(`/Users/${id.replaceAll("-", "%2D")}`), 200), { id });
      refused(await scim.get(`/Users/${id}%20`), 404);
      refused(await scim.get(`/Users/${id}%2F`), 404);
    },
    "the id of a user is not the id of a group": async (scim) => {
      const { id } = await scim.user();
      refused(await scim.get(`/Groups/${id}`), 404);
    },
    "HEAD is GET without a body": async (scim) => {
      const { id, meta } = await scim.user();
      const { id: groupId } = await scim.group({ members: [{ value: id }] });
      const answer = await scim.send("HEAD", `/Users/${id}`);
      answered(answer, 200);
      assert.equal(answer.headers.get("etag"), meta.version);
      const known = await scim.send("HEAD", `/Users/${id}`, undefined, {
        headers: { "if-none-match": meta.version },
      });
      answered(known, 304);
      const paths = [
        "/",
        "/Users",
        "/Groups",
        "/Schemas",
        "/ResourceTypes",
        "/ServiceProviderConfig",
        `/Groups/${groupId}`,
        `/Schemas/${USER}`,
      ];
      for (const path of paths) {
        const [head, get] = [await scim.send("HEAD", path), await scim.get(path)];
        answered(head, 200);
        assert.equal(head.text, "");
        assert.equal(head.headers.get("content-type"), get.headers.get("content-type"));
      }
      for (const [path, status] of [
        ["/Users/x", 404],
        ["/Nowhere", 404],
        ["/Bulk", 405],
        ["/Me", 501],
      ] as const) {
        const answer = await scim.send("HEAD", path);
        answered(answer, status);
        assert.equal(answer.text, "");
      }
    },
  }),

  ...casesOf("RFC 7644 3.5.1", {
    "PUT replaces the resource: absent attributes are removed": async (scim) => {
      const user = await scim.user({
        title: "Tour Guide",
        nickName: "Babs",
        emails: [{ value: "babs@example.org", type: "home" }],
      });
      const answer = await scim.send("PUT", `/Users/${user.id}`, {
        schemas: [USER],
        userName: user.userName,
        nickName: "Barbara",
      });
      const replaced = answered(answer, 200);
      has(replaced, { id: user.id, nickName: "Barbara" });
      assert.equal(replaced.title, undefined);
      assert.equal(replaced.emails, undefined);
      assert.notEqual(replaced.meta.version, user.meta.version);
      assert.equal(answer.headers.get("etag"), replaced.meta.version);
      assert.equal(replaced.meta.created, user.meta.created);
    },
    "PUT of the stored values changes nothing": async (scim) => {
      const user = await scim.user({ title: "Tour Guide" });
      assert.deepEqual(answered(await scim.send("PUT", `/Users/${user.id}`, user), 200), user);
    },
    "PUT of a group replaces its members": async (scim) => {
      const [one, two, three] = [await scim.user(), await scim.user(), await scim.user()];
      const group = await scim.group({ members: [{ value: one.id }, { value: two.id }] });
      const body = {
        schemas: [GROUP],
        displayName: group.displayName,
        members: [{ value: two.id }, { value: three.id }],
      };
      assert.deepEqual(
        memberIds(answered(await scim.send("PUT", `/Groups/${group.id}`, body), 200)),
        [two.id, three.id].sort(),
      );
    },
    "PUT of a group without members keeps them, an empty list removes them": async (scim) => {
      const person = await scim.user();
      const group = await scim.group({ members: [{ value: person.id }] });
      const body = { schemas: [GROUP], displayName: scim.unique("renamed") };
      assert.deepEqual(memberIds(answered(await scim.send("PUT", `/Groups/${group.id}`, body), 200)), [
        person.id,
      ]);
      assert.deepEqual(
        memberIds(answered(await scim.send("PUT", `/Groups/${group.id}`, { ...body, members: [] }), 200)),
        [],
      );
    },
    "PUT does not create": async (scim) => {
      const id = "2819c223-7f76-453a-919d-413861904646";
      refused(
        await scim.send("PUT", `/Users/${id}`, { schemas: [USER], userName: scim.unique("user") }),
        404,
      );
    },
    "PUT keeps the id, and ignores the id in the body": async (scim) => {
      const [one, two] = [await scim.user(), await scim.user()];
      const answer = await scim.send("PUT", `/Users/${one.id}`, { ...two, userName: one.userName });
      assert.equal(answered(answer, 200).id, one.id);
    },
    "PUT to a userName of another user is refused": async (scim) => {
      const [one, two] = [await scim.user(), await scim.user()];
      refused(
        await scim.send("PUT", `/Users/${one.id}`, { schemas: [USER], userName: two.userName }),
        409,
        "uniqueness",
      );
    },
  }),

  ...casesOf("RFC 7644 3.6", {
    "a deleted user is not found, and the userName is free": async (scim) => {
      const user = await scim.user();
      const answer = await scim.send("DELETE", `/Users/${user.id}`);
      answered(answer, 204);
      assert.equal(answer.text, "");
      refused(await scim.get(`/Users/${user.id}`), 404);
      refused(await scim.send("DELETE", `/Users/${user.id}`), 404);
      has(answered(await scim.get("/Users", { filter: `userName eq "${user.userName}"` }), 200), {
        totalResults: 0,
      });
      await scim.user({ userName: user.userName });
    },
    "the people of a deleted group stay": async (scim) => {
      const person = await scim.user();
      const group = await scim.group({ members: [{ value: person.id }] });
      answered(await scim.send("DELETE", `/Groups/${group.id}`), 204);
      assert.equal(answered(await scim.get(`/Users/${person.id}`), 200).groups, undefined);
    },
    "a deleted person is removed from the groups": async (scim) => {
      const person = await scim.user();
      const group = await scim.group({ members: [{ value: person.id }] });
      answered(await scim.send("DELETE", `/Users/${person.id}`), 204);
      assert.deepEqual(memberIds(answered(await scim.get(`/Groups/${group.id}`), 200)), []);
    },
  }),

  ...casesOf("RFC 7644 3.9", {
    "attributes: only these, and those that are always returned": async (scim) => {
      const { id, userName } = await scim.user({
        title: "x",
        name: { givenName: "Barbara", familyName: "Jensen" },
      });
      const only = answered(await scim.get(`/Users/${id}`, { attributes: "userName" }), 200);
      assert.deepEqual(Object.keys(only).sort(), ["id", "schemas", "userName"]);
      has(only, { id, userName });
      const sub = answered(await scim.get(`/Users/${id}`, { attributes: `${USER}:name.givenName` }), 200);
      assert.deepEqual(sub.name, { givenName: "Barbara" });
    },
    "excludedAttributes: all others, and those that are always returned": async (scim) => {
      const { id } = await scim.user({ title: "x", nickName: "Babs" });
      const rest = answered(await scim.get(`/Users/${id}`, { excludedAttributes: "title,id,meta" }), 200);
      has(rest, { id, nickName: "Babs" });
      assert.equal(rest.title, undefined);
      assert.equal(rest.meta, undefined);
    },
    "attributes limits the answers to POST, PUT and PATCH": async (scim) => {
      const options = { query: { attributes: "userName" } };
      const userName = scim.unique("user");
      const made = answered(
        await scim.send("POST", "/Users", { schemas: [USER], userName, title: "x" }, options),
        201,
      );
      assert.deepEqual(Object.keys(made).sort(), ["id", "schemas", "userName"]);
      const path = `/Users/${made.id}`;
      const put = answered(
        await scim.send("PUT", path, { schemas: [USER], userName, title: "y" }, options),
        200,
      );
      assert.deepEqual(Object.keys(put).sort(), ["id", "schemas", "userName"]);
      const patch = { Operations: [{ op: "replace", path: "title", value: "z" }] };
      assert.deepEqual(Object.keys(answered(await scim.send("PATCH", path, patch, options), 200)).sort(), [
        "id",
        "schemas",
        "userName",
      ]);
    },
    "the core schema is requested by its URN": async (scim) => {
      const { id, userName } = await scim.user({
        title: "x",
        schemas: [USER, ENTERPRISE],
        [ENTERPRISE]: { costCenter: "4130" },
      });
      const core = answered(await scim.get(`/Users/${id}`, { attributes: USER }), 200);
      has(core, { id, userName, title: "x", [ENTERPRISE]: undefined });
    },
    "an extension is requested by its URN": async (scim) => {
      const { id } = await scim.user({
        schemas: [USER, ENTERPRISE],
        [ENTERPRISE]: { employeeNumber: "701984", costCenter: "4130" },
      });
      const whole = answered(await scim.get(`/Users/${id}`, { attributes: ENTERPRISE }), 200);
      assert.deepEqual(whole[ENTERPRISE], { employeeNumber: "701984", costCenter: "4130" });
      const part = answered(await scim.get(`/Users/${id}`, { attributes: `${ENTERPRISE}:costCenter` }), 200);
      assert.deepEqual(part[ENTERPRISE], { costCenter: "4130" });
    },
    "members are absent if they are not requested": async (scim) => {
      const person = await scim.user();
      const group = await scim.group({ members: [{ value: person.id }] });
      const without = answered(await scim.get(`/Groups/${group.id}`, { excludedAttributes: "members" }), 200);
      assert.equal(without.members, undefined);
      const values = answered(await scim.get(`/Groups/${group.id}`, { attributes: "members.value" }), 200);
      assert.deepEqual(values.members, [{ value: person.id }]);
    },
  }),

  ...casesOf("RFC 7644 3.11", {
    "/Me of a client that is not a person is 501": async (scim) => {
      for (const method of ["GET", "PUT", "PATCH", "DELETE"]) {
        refused(await scim.send(method, "/Me", method === "PUT" || method === "PATCH" ? {} : undefined), 501);
      }
    },
  }),

  ...casesOf("RFC 7644 3.14", {
    "If-None-Match answers 304 for the version the client has": async (scim) => {
      const { id, meta } = await scim.user();
      for (const tag of [meta.version, meta.version.replace("W/", ""), `"other", ${meta.version}`, "*"]) {
        const answer = await scim.send("GET", `/Users/${id}`, undefined, {
          headers: { "if-none-match": tag },
        });
        answered(answer, 304);
        assert.equal(answer.text, "");
        assert.equal(answer.headers.get("etag"), meta.version);
      }
      answered(
        await scim.send("GET", `/Users/${id}`, undefined, { headers: { "if-none-match": 'W/"other"' } }),
        200,
      );
    },
    "If-None-Match of a group": async (scim) => {
      const { id, meta } = await scim.group();
      answered(
        await scim.send("GET", `/Groups/${id}`, undefined, { headers: { "if-none-match": meta.version } }),
        304,
      );
    },
    "If-Match allows a write only to the named version": async (scim) => {
      const { id, userName, meta } = await scim.user();
      const path = `/Users/${id}`;
      const patch = { Operations: [{ op: "replace", path: "title", value: "x" }] };
      const stale = { headers: { "if-match": 'W/"other", "another"' } };
      refused(await scim.send("PUT", path, { schemas: [USER], userName, title: "x" }, stale), 412);
      refused(await scim.send("PATCH", path, patch, stale), 412);
      refused(await scim.send("DELETE", path, undefined, stale), 412);
      assert.equal(answered(await scim.get(path), 200).meta.version, meta.version);
      const current = { headers: { "if-match": `"other", ${meta.version.replace("W/", "")}` } };
      const written = answered(await scim.send("PATCH", path, patch, current), 200);
      answered(
        await scim.send("DELETE", path, undefined, { headers: { "if-match": written.meta.version } }),
        204,
      );
    },
    "If-None-Match forbids a write to the named version": async (scim) => {
      const user = await scim.user();
      const path = `/Users/${user.id}`;
      const patch = { Operations: [{ op: "replace", path: "title", value: "x" }] };
      for (const tag of ["*", user.meta.version]) {
        const headers = { headers: { "if-none-match": tag } };
        refused(
          await scim.send("PUT", path, { schemas: [USER], userName: user.userName, title: "x" }, headers),
          412,
        );
        refused(await scim.send("PATCH", path, patch, headers), 412);
        refused(await scim.send("DELETE", path, undefined, headers), 412);
      }
      assert.deepEqual(answered(await scim.get(path), 200), user);
      answered(await scim.send("PATCH", path, patch, { headers: { "if-none-match": 'W/"other"' } }), 200);
    },
    "If-Match * requires only that the resource exists": async (scim) => {
      const { id } = await scim.group();
      const star = { headers: { "if-match": "*" } };
      const patch = { Operations: [{ op: "replace", path: "displayName", value: scim.unique("renamed") }] };
      answered(await scim.send("PATCH", `/Groups/${id}`, patch, star), 200);
      answered(await scim.send("DELETE", `/Groups/${id}`, undefined, star), 204);
      refused(await scim.send("DELETE", `/Groups/${id}`, undefined, star), 404);
    },
    "If-Match applies to a change of members too": async (scim) => {
      const person = await scim.user();
      const { id, meta } = await scim.group();
      const patch = { Operations: [{ op: "add", path: "members", value: [{ value: person.id }] }] };
      refused(
        await scim.send("PATCH", `/Groups/${id}`, patch, { headers: { "if-match": 'W/"other"' } }),
        412,
      );
      const answer = await scim.send("PATCH", `/Groups/${id}`, patch, {
        headers: { "if-match": meta.version },
      });
      answered(answer, 200);
      assert.notEqual(answer.headers.get("etag"), meta.version);
    },
  }),
];
