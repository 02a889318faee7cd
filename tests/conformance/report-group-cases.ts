import assert from "node:assert/strict";
import { answered, casesOf, has, memberIds, refused } from "./case.ts";
import { ENTERPRISE, GROUP, message, type Resource, USER } from "./client.ts";

/*
 * Groups, bulk jobs and races from bug reports of other SCIM servers and clients, in the form of
 * report-create-cases.ts.
 */

export const reportGroupCases = [
  ...casesOf("bug reports, groups", {
    "Captain-P-Goldfish/SCIM-SDK #757, jelhub/scimgateway #113: an empty list empties a group, with a path and without one":
      async (scim) => {
        const person = await scim.user();
        for (const operation of [
          { op: "replace", path: "members", value: [] },
          { op: "replace", value: { members: [], id: "org:viewer", displayName: scim.unique("viewer") } },
        ]) {
          const { id } = await scim.group({ members: [{ value: person.id }] });
          answered(await scim.patch(`/Groups/${id}`, operation), 200);
          assert.deepEqual(memberIds(answered(await scim.get(`/Groups/${id}`), 200)), []);
        }
      },
    "FusionAuth/fusionauth-issues #2834: more than half of the members leave in one request": async (
      scim,
    ) => {
      const people = [];
      for (let at = 0; at < 5; at++) people.push((await scim.user()).id as string);
      const { id } = await scim.group({ members: people.map((value) => ({ value })) });
      const leavers = [people[0]!, people[2]!, people[3]!];
      answered(
        await scim.patch(
          `/Groups/${id}`,
          ...leavers.map((one) => ({ op: "remove", path: `members[value eq "${one}"]` })),
        ),
        200,
      );
      assert.deepEqual(
        memberIds(answered(await scim.get(`/Groups/${id}`), 200)),
        [people[1], people[4]].sort(),
      );
    },
    "wso2/product-is #16933: a misspelt path": async (scim) => {
      const [person, group] = [await scim.user(), await scim.group()];
      refused(
        await scim.patch(`/Groups/${group.id}`, {
          op: "add",
          path: "memebers",
          value: [{ value: person.id }],
        }),
        400,
        "invalidPath",
      );
    },
    "AzureAD/SCIMReferenceCode #59: the externalId of a group changes": async (scim) => {
      const group = await scim.group({ externalId: scim.unique("before") });
      const externalId = scim.unique("after");
      answered(
        await scim.patch(`/Groups/${group.id}`, { op: "Replace", path: "externalId", value: externalId }),
        200,
      );
      assert.equal(answered(await scim.get(`/Groups/${group.id}`), 200).externalId, externalId);
    },
    "AzureAD/SCIMReferenceCode #10: one member twice in one value": async (scim) => {
      const [person, group] = [await scim.user(), await scim.group()];
      answered(
        await scim.patch(`/Groups/${group.id}`, {
          op: "add",
          path: "members",
          value: [{ value: person.id }, { value: person.id }],
        }),
        200,
      );
      assert.deepEqual(memberIds(answered(await scim.get(`/Groups/${group.id}`), 200)), [person.id]);
    },
    "langwatch/langwatch #7131: replacing anything else keeps the members": async (scim) => {
      const person = await scim.user();
      const { id } = await scim.group({ members: [{ value: person.id }] });
      for (const operation of [
        { op: "Replace", path: "externalId", value: scim.unique("ext") },
        { op: "replace", value: { externalId: scim.unique("ext"), displayName: scim.unique("team") } },
        { op: "Replace", path: "displayName", value: [{ $ref: null, value: scim.unique("team") }] },
      ]) {
        answered(await scim.patch(`/Groups/${id}`, operation), 200);
        assert.deepEqual(memberIds(answered(await scim.get(`/Groups/${id}`), 200)), [person.id]);
      }
    },
    "messages named below the core schemas, as many clients name PatchOp": async (scim) => {
      const [person, group] = [await scim.user(), await scim.group()];
      for (const prefix of [
        "urn:ietf:params:scim:schemas:core:2.0",
        "urn:scim:schemas:core:2.0",
        "urn:scim:api:messages:2.0",
      ]) {
        const title = scim.unique("title");
        const patch = {
          schemas: [`${prefix}:PatchOp`],
          Operations: [{ op: "replace", path: "title", value: title }],
        };
        has(answered(await scim.send("PATCH", `/Users/${person.id}`, patch), 200), { title });
        const add = {
          schemas: [`${prefix}:PatchOp`],
          Operations: [{ op: "add", path: "members", value: [{ value: person.id }] }],
        };
        answered(await scim.send("PATCH", `/Groups/${group.id}`, add), 200);
        answered(
          await scim.send("POST", "/Users/.search", { schemas: [`${prefix}:SearchRequest`], count: 0 }),
          200,
        );
        const Operations = [{ method: "PATCH", path: `/Users/${person.id}`, data: patch }];
        const job = answered(
          await scim.send("POST", "/Bulk", { schemas: [`${prefix}:BulkRequest`], Operations }),
          200,
        );
        assert.equal(job.Operations[0].status, "200");
        refused(
          await scim.send("PATCH", `/Users/${person.id}`, { ...patch, schemas: [`${prefix}:SearchRequest`] }),
          400,
          "invalidValue",
        );
      }
    },
    "schemas of a draft": async (scim) => {
      for (const schema of [
        "urn:scim:schemas:core:1.0",
        "urn:scim:schemas:core:2.0",
        "urn:scim:schemas:core:2.0:Group",
      ])
        has(await scim.group({ schemas: [schema] }), { schemas: [GROUP] });
      const other = { schemas: ["urn:scim:schemas:core:2.0:User"], displayName: scim.unique("team") };
      refused(await scim.send("POST", "/Groups", other), 400, "invalidValue");
    },
  }),

  ...casesOf("bug reports, bulk and races", {
    "failOnErrors 0, as clients send it that mean no limit: Webex, PennState/SCIMple-Identity, scripts for WSO2":
      async (scim) => {
        const bad = {
          method: "POST",
          path: "/Users",
          bulkId: "bad",
          data: { schemas: [USER], userName: "" },
        };
        const good = {
          method: "POST",
          path: "/Users",
          bulkId: "good",
          data: { schemas: [USER], userName: scim.unique("bulk") },
        };
        const job = {
          schemas: [message("BulkRequest")],
          failOnErrors: 0,
          Operations: [bad, { ...bad, bulkId: "too" }, good],
        };
        const { Operations } = answered(await scim.send("POST", "/Bulk", job), 200);
        assert.deepEqual(
          Operations.map(({ status }: Resource) => status),
          ["400", "400", "201"],
        );
        answered(await scim.send("DELETE", `/Users/${Operations[2].location.split("/").at(-1)}`), 204);
        refused(await scim.send("POST", "/Bulk", { ...job, failOnErrors: -1 }), 400, "invalidValue");
      },
    "microsoftgraph/microsoft-graph-docs, bulkUpload: a person with an id of the client's": async (scim) => {
      const id = "2819c223-7f76-453a-919d-413861904646";
      const data = {
        schemas: [USER, ENTERPRISE],
        id,
        externalId: "701984",
        userName: scim.unique("bjensen"),
        [ENTERPRISE]: { employeeNumber: "701984" },
      };
      const job = {
        schemas: [message("BulkRequest")],
        Operations: [{ method: "POST", path: "/Users", bulkId: "897401c2", data }],
      };
      const { Operations } = answered(await scim.send("POST", "/Bulk", job), 200);
      assert.equal(Operations[0].status, "201");
      const made = Operations[0].location.split("/").at(-1);
      assert.notEqual(made, id);
      answered(await scim.send("DELETE", `/Users/${made}`), 204);
    },
    "thunder-id/thunderid #5110: of concurrent writes to one version only one succeeds": async (scim) => {
      const { id, userName, meta } = await scim.user();
      const write = (title: string) =>
        scim.send(
          "PUT",
          `/Users/${id}`,
          { schemas: [USER], userName, title },
          { headers: { "if-match": meta.version } },
        );
      const answers = await Promise.all(["a", "b", "c", "d"].map(write));
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412, 412, 412]);
    },
  }),
];
