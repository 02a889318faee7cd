import assert from "node:assert/strict";
import { answered, casesOf, has, refused } from "./case.ts";
import { type Answer, type Resource, type ScimClient, USER } from "./client.ts";

/* Discovery (RFC 7644 section 4), and rules for all requests: methods, media types, errors. */

const PATHS: readonly (readonly [path: string, allow: string])[] = [
  ["/", "GET, HEAD"],
  ["/.search", "POST"],
  ["/Users", "GET, HEAD, POST"],
  ["/Users/.search", "POST"],
  ["/Users/2819c223-7f76-453a-919d-413861904646", "GET, HEAD, PUT, PATCH, DELETE"],
  ["/Groups", "GET, HEAD, POST"],
  ["/Bulk", "POST"],
  ["/Schemas", "GET, HEAD"],
  [`/Schemas/${USER}`, "GET, HEAD"],
  ["/ResourceTypes", "GET, HEAD"],
  ["/ResourceTypes/User", "GET, HEAD"],
  ["/ServiceProviderConfig", "GET, HEAD"],
];

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

const json = (scim: ScimClient, text: string, type = "application/scim+json"): Promise<Answer> =>
  scim.send("POST", "/Users", undefined, { raw: text, headers: { "content-type": type } });

export const doorCases = [
  ...casesOf("RFC 7644 4", {
    "ServiceProviderConfig has everything the RFC requires": async (scim) => {
      const config = answered(await scim.get("/ServiceProviderConfig"), 200);
      assert.deepEqual(config.schemas, ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"]);
      for (const name of ["patch", "bulk", "filter", "changePassword", "sort", "etag"])
        assert.equal(typeof config[name].supported, "boolean", name);
      assert.ok(
        Number.isInteger(config.bulk.maxOperations) &&
          Number.isInteger(config.bulk.maxPayloadSize) &&
          Number.isInteger(config.filter.maxResults),
      );
      for (const scheme of config.authenticationSchemes)
        assert.ok(scheme.type && scheme.name && scheme.description);
    },
    "ResourceTypes: each is listed, has an address, and names existing schemas": async (scim) => {
      const list = answered(await scim.get("/ResourceTypes"), 200);
      assert.deepEqual(list.Resources.map((type: Resource) => type.id).sort(), ["Group", "User"]);
      for (const type of list.Resources) {
        assert.deepEqual(answered(await scim.get(`/ResourceTypes/${type.id}`), 200), type);
        for (const id of [
          type.schema,
          ...type.schemaExtensions.map((extension: Resource) => extension.schema),
        ]) {
          answered(await scim.get(`/Schemas/${id}`), 200);
        }
      }
    },
    "Schemas: each is listed and has an address; externalId is among the attributes": async (scim) => {
      const list = answered(await scim.get("/Schemas"), 200);
      assert.equal(list.totalResults, list.Resources.length);
      for (const schema of list.Resources)
        assert.deepEqual(answered(await scim.get(`/Schemas/${schema.id}`), 200), schema);
      assert.ok(!JSON.stringify(list).includes("null"));
      for (const id of ["User", "Group"]) {
        const schema = answered(await scim.get(`/Schemas/urn:ietf:params:scim:schemas:core:2.0:${id}`), 200);
        assert.ok(schema.attributes.some((attribute: Resource) => attribute.name === "externalId"));
      }
    },
    "a filter is refused, other parameters are ignored": async (scim) => {
      for (const path of ["/Schemas", "/ResourceTypes", "/ServiceProviderConfig"]) {
        refused(await scim.get(path, { filter: "id pr" }), 403);
        answered(await scim.get(path, { startIndex: 5, count: 0, sortBy: "x" }), 200);
      }
    },
    "an unknown schema or type is 404": async (scim) => {
      refused(await scim.get("/Schemas/urn:example:none"), 404);
      refused(await scim.get("/ResourceTypes/Device"), 404);
    },
    "discovery requires a token too": async (scim) => {
      for (const path of ["/Schemas", "/ResourceTypes", "/ServiceProviderConfig", "/Users"]) {
        const answer = await scim.send("GET", path, undefined, {
          headers: { authorization: "Bearer wrong" },
        });
        refused(answer, 401);
        assert.match(answer.headers.get("www-authenticate") ?? "", /^Bearer/);
      }
    },
  }),

  ...casesOf("every request", {
    "an unsupported method is 405 with Allow": async (scim) => {
      for (const [path, allow] of PATHS) {
        for (const method of METHODS.filter((name) => !allow.split(", ").includes(name))) {
          const answer = await scim.send(method, path);
          refused(answer, 405);
          assert.equal(answer.headers.get("allow"), allow, `${method} ${path}`);
        }
      }
    },
    "an unknown path is 404": async (scim) => {
      for (const path of ["/Nowhere", "/Users/x/y", "/Schemas/a/b", "/Bulk/1"])
        refused(await scim.get(path), 404);
    },
    "a trailing slash has no effect": async (scim) => {
      const { id } = await scim.user();
      for (const path of [
        "/Users/",
        `/Users/${id}/`,
        "/Schemas/",
        "/ServiceProviderConfig/",
        "/ResourceTypes/User/",
      ]) {
        answered(await scim.get(path), 200);
      }
      answered(await scim.send("POST", "/Users/.search/", { count: 1 }), 200);
      answered(
        await scim.send("POST", "/Bulk/", { Operations: [{ method: "DELETE", path: "/Users/x/" }] }),
        200,
      );
      answered(await scim.patch(`/Users/${id}/`, { op: "add", path: "title", value: "x" }), 200);
      answered(await scim.send("DELETE", `/Users/${id}/`), 204);
    },
    "both media types are accepted, and the answer has the type that the client prefers": async (scim) => {
      for (const type of [
        "application/json",
        "application/scim+json; charset=utf-8",
        "Application/SCIM+JSON",
        "application/scim+json;charset=ISO-8859-1",
      ]) {
        const answer = await json(
          scim,
          JSON.stringify({ schemas: [USER], userName: scim.unique("user") }),
          type,
        );
        answered(answer, 201);
        assert.match(answer.headers.get("content-type") ?? "", /^application\/scim\+json/);
      }
      const typeFor = async (accept: string) =>
        (await scim.send("GET", "/ResourceTypes", undefined, { headers: { accept } })).headers.get(
          "content-type",
        );
      assert.match((await typeFor("application/json")) ?? "", /^application\/json/);
      assert.match(
        (await typeFor("application/scim+json, application/json;q=0.5")) ?? "",
        /^application\/scim\+json/,
      );
      assert.match((await typeFor("text/html")) ?? "", /^application\/scim\+json/);
    },
    "another media type is 415": async (scim) => {
      for (const type of ["text/plain", "application/xml"]) refused(await json(scim, "{}", type), 415);
      const zipped = {
        raw: "{}",
        headers: { "content-type": "application/json", "content-encoding": "gzip" },
      };
      refused(await scim.send("POST", "/Users", undefined, zipped), 415);
    },
    "a malformed body is invalidSyntax": async (scim) => {
      for (const text of [
        "",
        "{",
        "[]",
        "null",
        '"x"',
        "{\"userName\": 'x'}",
        '{"userName":"a\\u0000b"}',
        '{"userName":"\\ud800"}',
        '{"__proto__":{"userName":"x"}}',
        `${'{"a":'.repeat(40)}1${"}".repeat(40)}`,
      ]) {
        refused(await json(scim, text), 400, "invalidSyntax");
      }
    },
    "too many elements in a list are tooMany": async (scim) => {
      const user = await scim.user();
      const emails = Array.from({ length: 5_001 }, (_, at) => ({ value: `${at}@example.com` }));
      const operations = Array.from({ length: 1_001 }, () => ({ op: "add", path: "title", value: "x" }));
      refused(
        await scim.send("POST", "/Users", { schemas: [USER], userName: scim.unique("user"), emails }),
        400,
        "tooMany",
      );
      refused(await scim.patch(`/Users/${user.id}`, ...operations), 400, "tooMany");
      refused(
        await scim.patch(`/Users/${user.id}`, { op: "add", path: "emails", value: emails.slice(0, 1_001) }),
        400,
        "tooMany",
      );
      assert.deepEqual(answered(await scim.get(`/Users/${user.id}`), 200), user);
    },
    "a body that is too large is 413": async (scim) => {
      refused(
        await json(
          scim,
          JSON.stringify({ schemas: [USER], userName: "x", displayName: "x".repeat(3_000_000) }),
        ),
        413,
      );
    },
    "answers forbid caching and type sniffing": async (scim) => {
      for (const answer of [await scim.get("/Users", { count: 1 }), await scim.get("/Users/x")]) {
        assert.equal(answer.headers.get("cache-control"), "no-store");
        assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
        assert.equal(answer.headers.get("x-powered-by"), null);
      }
    },
    "an error contains no value of the request": async (scim) => {
      const secret = scim.unique("secret");
      const answers = [
        await scim.get("/Users", { filter: `nobodyKnows eq "${secret}"` }),
        await scim.get(`/Users/${secret}`),
        await scim.get(`/${secret}`),
        await json(scim, `{"userName": ${secret}`),
        await scim.send("POST", "/Users", { schemas: [USER], userName: secret, active: secret }),
      ];
      const bulk = answered(
        await scim.send("POST", "/Bulk", { Operations: [{ method: secret, path: secret }] }),
        200,
      );
      assert.ok(!JSON.stringify(bulk).includes(secret));
      for (const answer of answers) {
        assert.ok(answer.status >= 400 && answer.status < 500);
        assert.ok(!answer.text.includes(secret), answer.text);
      }
    },
    "unknown attributes are ignored, unknown extensions are kept": async (scim) => {
      const extension = "urn:example:params:scim:schemas:extension:badge:2.0:User";
      const { id } = await scim.user({
        favouriteColour: "blue",
        [extension]: { badge: "007", nested: { list: [1, null, "x"] } },
      });
      const user = answered(await scim.get(`/Users/${id}`), 200);
      assert.equal(user.favouriteColour, undefined);
      has(user[extension], { badge: "007", nested: { list: [1, null, "x"] } });
      assert.ok(user.schemas.includes(extension));
    },
  }),
];
