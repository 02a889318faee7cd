import assert from "node:assert/strict";
import { answered, casesOf, has, memberIds, refused } from "./case.ts";
import { ENTERPRISE, GROUP, message, type Resource, type ScimClient, USER } from "./client.ts";

/* RFC 7644 section 3.7. */

const bulk = (scim: ScimClient, operations: readonly Resource[], more: Resource = {}) =>
  scim.send("POST", "/Bulk", { schemas: [message("BulkRequest")], Operations: operations, ...more });

/** Sends a bulk job, and returns the results of its operations. */
async function run(
  scim: ScimClient,
  operations: readonly Resource[],
  more: Resource = {},
): Promise<readonly Resource[]> {
  const { schemas, Operations } = answered(await bulk(scim, operations, more), 200);
  assert.deepEqual(schemas, [message("BulkResponse")]);
  return Operations;
}

const idOf = (result: Resource): string => result.location.split("/").at(-1);
const statuses = (results: readonly Resource[]): readonly string[] => results.map((result) => result.status);

const person = (scim: ScimClient, bulkId: string, data: Resource = {}) => ({
  method: "POST",
  path: "/Users",
  bulkId,
  data: { schemas: [USER], userName: scim.unique("bulk"), ...data },
});
const team = (scim: ScimClient, bulkId: string, members: readonly string[], data: Resource = {}) => ({
  method: "POST",
  path: "/Groups",
  bulkId,
  data: {
    schemas: [GROUP],
    displayName: scim.unique("team"),
    members: members.map((value) => ({ value })),
    ...data,
  },
});
const managerOf = (user: Resource): string => user[ENTERPRISE]?.manager?.value;
const managed = (value: string) => ({ schemas: [USER, ENTERPRISE], [ENTERPRISE]: { manager: { value } } });

export const bulkCases = [
  ...casesOf("RFC 7644 3.7.3", {
    "150 people in one job, two with the same name: only the second of them is refused": async (scim) => {
      const name = scim.unique("twice");
      const operations = Array.from({ length: 150 }, (_, at) =>
        person(scim, `p${at}`, at === 60 || at === 130 ? { userName: name } : {}),
      );
      const results = await run(scim, operations);
      assert.deepEqual(
        results.flatMap(({ status, bulkId }) => (status === "201" ? [] : [`${bulkId} ${status}`])),
        ["p130 409"],
      );
      assert.deepEqual(
        results.map(({ bulkId }) => bulkId),
        operations.map(({ bulkId }) => bulkId),
      );
      const { Resources } = answered(await scim.get("/Users", { filter: `userName eq "${name}"` }), 200);
      assert.deepEqual(
        Resources.map(({ id }: Resource) => id),
        [idOf(results[60]!)],
      );
    },
    "the four methods of the RFC's example in one job": async (scim) => {
      const [put, patch, gone] = [await scim.user(), await scim.user({ nickName: "x" }), await scim.user()];
      const results = await run(
        scim,
        [
          person(scim, "qwerty"),
          {
            method: "PUT",
            path: `/Users/${put.id}`,
            version: put.meta.version,
            data: { schemas: [USER], userName: put.userName, title: "y" },
          },
          {
            method: "PATCH",
            path: `/Users/${patch.id}`,
            version: patch.meta.version,
            data: [
              { op: "remove", path: "nickName" },
              { op: "add", path: "title", value: "Dave" },
            ],
          },
          { method: "DELETE", path: `/Users/${gone.id}`, version: gone.meta.version },
        ],
        { failOnErrors: 1 },
      );
      assert.deepEqual(statuses(results), ["201", "200", "200", "204"]);
      has(results[0], { method: "POST", bulkId: "qwerty", response: undefined });
      for (const result of results)
        assert.ok(result.location.startsWith(put.meta.location.replace(put.id, "")));
      const made = answered(await scim.get(`/Users/${idOf(results[0]!)}`), 200);
      assert.equal(made.meta.version, results[0]!.version);
      has(answered(await scim.get(`/Users/${patch.id}`), 200), { title: "Dave", nickName: undefined });
      refused(await scim.get(`/Users/${gone.id}`), 404);
      await scim.send("DELETE", `/Users/${made.id}`);
    },
    "a failed operation has the error, and the others continue": async (scim) => {
      const { userName } = await scim.user();
      const results = await run(scim, [
        person(scim, "a", { userName }),
        {
          method: "PUT",
          path: "/Users/2819c223-7f76-453a-919d-413861904646",
          data: { schemas: [USER], userName: scim.unique("bulk") },
        },
        { method: "POST", path: "/Nowhere", bulkId: "b", data: {} },
        { method: "POST", path: "/Users", data: { userName: scim.unique("bulk") } },
        { method: "DELETE", path: "/Users" },
        person(scim, "c"),
      ]);
      assert.deepEqual(statuses(results), ["409", "404", "404", "400", "405", "201"]);
      has(results[0], {
        bulkId: "a",
        location: undefined,
        response: { schemas: [message("Error")], status: "409", scimType: "uniqueness" },
      });
      await scim.send("DELETE", `/Users/${idOf(results[5]!)}`);
    },
    "failOnErrors ends the job": async (scim) => {
      const results = await run(
        scim,
        [person(scim, "a", { userName: "" }), person(scim, "b", { userName: "" }), person(scim, "c")],
        {
          failOnErrors: 2,
        },
      );
      assert.deepEqual(statuses(results), ["400", "400"]);
    },
    "names in any letter case, and the version *": async (scim) => {
      const { id } = await scim.user();
      const operation = {
        Method: "patch",
        PATH: `/users/${id}`,
        Version: "*",
        DATA: { operations: [{ OP: "add", PATH: "title", VALUE: "x" }] },
      };
      const answer = await scim.send("POST", "/Bulk", {
        Schemas: [message("BulkRequest")],
        operations: [operation],
        failonerrors: 1,
      });
      assert.deepEqual(statuses(answered(answer, 200).Operations), ["200"]);
      has(answered(await scim.get(`/Users/${id}`), 200), { title: "x" });
    },
    "a version other than the stored one is 412": async (scim) => {
      const { id } = await scim.user();
      const results = await run(scim, [{ method: "DELETE", path: `/Users/${id}`, version: 'W/"other"' }]);
      assert.deepEqual(statuses(results), ["412"]);
      answered(await scim.get(`/Users/${id}`), 200);
    },
  }),

  ...casesOf("RFC 7644 3.7.2", {
    "a group with people of the same job, in any order": async (scim) => {
      for (const groupFirst of [false, true]) {
        const alice = person(scim, "qwerty");
        const guides = team(scim, "ytrewq", ["bulkId:qwerty"]);
        const results = await run(scim, groupFirst ? [guides, alice] : [alice, guides]);
        assert.deepEqual(statuses(results), ["201", "201"]);
        const [user, group] = (groupFirst ? [...results].reverse() : results).map(idOf);
        assert.deepEqual(memberIds(answered(await scim.get(`/Groups/${group}`), 200)), [user]);
        await scim.send("DELETE", `/Groups/${group}`);
        await scim.send("DELETE", `/Users/${user}`);
      }
    },
    "a manager who is created in the same job": async (scim) => {
      const results = await run(scim, [person(scim, "report", managed("bulkId:boss")), person(scim, "boss")]);
      const [report, boss] = results.map(idOf);
      assert.equal(managerOf(answered(await scim.get(`/Users/${report}`), 200)), boss);
      for (const id of [report, boss]) await scim.send("DELETE", `/Users/${id}`);
    },
    "references in paths and in the operations of a PATCH": async (scim) => {
      const stays = await scim.user();
      const results = await run(scim, [
        {
          method: "PATCH",
          path: "/Groups/bulkId:g",
          data: {
            Operations: [
              { op: "add", path: "members", value: [{ value: "bulkId:b" }] },
              { op: "remove", path: 'members[value eq "bulkId:a"]' },
            ],
          },
        },
        team(scim, "g", ["bulkId:a", stays.id]),
        person(scim, "a"),
        person(scim, "b"),
      ]);
      assert.deepEqual(statuses(results), ["204", "201", "201", "201"]);
      const [, group, a, b] = results.map(idOf);
      assert.deepEqual(memberIds(answered(await scim.get(`/Groups/${group}`), 200)), [stays.id, b].sort());
      await scim.send("DELETE", `/Groups/${group}`);
      for (const id of [a, b]) await scim.send("DELETE", `/Users/${id}`);
    },
    "a reference to an unknown bulkId is refused": async (scim) => {
      const results = await run(scim, [
        team(scim, "g", ["bulkId:nobody"]),
        { method: "DELETE", path: "/Users/bulkId:nobody" },
      ]);
      assert.deepEqual(statuses(results), ["400", "400"]);
    },
    "an operation that refers to a failed one fails too": async (scim) => {
      const results = await run(scim, [
        team(scim, "g", ["bulkId:a"]),
        person(scim, "a", { userName: "" }),
        person(scim, "r", managed("bulkId:a")),
      ]);
      assert.deepEqual(statuses(results), ["409", "400", "409"]);
    },
  }),

  ...casesOf("RFC 7644 3.7.1", {
    "two people who are each other's manager": async (scim) => {
      const results = await run(scim, [
        person(scim, "a", managed("bulkId:b")),
        person(scim, "b", managed("bulkId:c")),
        person(scim, "c", managed("bulkId:a")),
      ]);
      assert.deepEqual(statuses(results), ["201", "201", "201"]);
      const ids = results.map(idOf);
      for (const [at, id] of ids.entries()) {
        assert.equal(managerOf(answered(await scim.get(`/Users/${id}`), 200)), ids[(at + 1) % 3]);
        await scim.send("DELETE", `/Users/${id}`);
      }
    },
    "a circle of references with a failure creates nothing": async (scim) => {
      const bad = { ...managed("bulkId:a"), userName: "" };
      const good = person(scim, "a", managed("bulkId:b"));
      assert.deepEqual(statuses(await run(scim, [good, person(scim, "b", bad)])), ["409", "400"]);
      has(answered(await scim.get("/Users", { filter: `userName eq "${good.data.userName}"` }), 200), {
        totalResults: 0,
      });
    },
    "groups that contain each other are refused, and none is created": async (scim) => {
      const [one, two] = [team(scim, "qwerty", ["bulkId:ytrewq"]), team(scim, "ytrewq", ["bulkId:qwerty"])];
      assert.deepEqual(statuses(await run(scim, [one, two])), ["409", "409"]);
      for (const { data } of [one, two]) {
        has(answered(await scim.get("/Groups", { filter: `displayName eq "${data.displayName}"` }), 200), {
          totalResults: 0,
        });
      }
    },
  }),

  ...casesOf("RFC 7644 3.7.4", {
    "a job with more operations than announced is refused as a whole": async (scim) => {
      const { maxOperations } = answered(await scim.get("/ServiceProviderConfig"), 200).bulk;
      const operation = { method: "DELETE", path: "/Users/2819c223-7f76-453a-919d-413861904646" };
      refused(
        await bulk(
          scim,
          Array.from({ length: maxOperations + 1 }, () => operation),
        ),
        413,
        "tooMany",
      );
      answered(
        await bulk(
          scim,
          Array.from({ length: 50 }, () => operation),
        ),
        200,
      );
    },
    "a job with more bytes than announced is refused": async (scim) => {
      const { maxPayloadSize } = answered(await scim.get("/ServiceProviderConfig"), 200).bulk;
      refused(await bulk(scim, [person(scim, "a", { displayName: "x".repeat(maxPayloadSize) })]), 413);
    },
    "a malformed job is refused": async (scim) => {
      const operation = { method: "DELETE", path: "/Users/x" };
      refused(await bulk(scim, []), 400, "invalidSyntax");
      refused(await bulk(scim, [operation], { failOnErrors: -1 }), 400, "invalidValue");
      refused(await bulk(scim, [operation], { schemas: [message("PatchOp")] }), 400, "invalidValue");
    },
  }),
];
