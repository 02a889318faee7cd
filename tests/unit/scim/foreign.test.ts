import type { JsonObject } from "../../../src/core/entity.ts";
import { readProjection } from "../../../src/scim/answer/projection.ts";
import { InvalidSyntax } from "../../../src/scim/errors.ts";
import type { Operation } from "../../../src/scim/patch/operation.ts";
import { applyPatch } from "../../../src/scim/patch/patch.ts";
import { readGroup, readUser } from "../../../src/scim/resource/resource.ts";
import { userResource } from "../../../src/scim/schema/schemas.ts";
import { USER_SCHEMA } from "../../../src/scim/schema/user.ts";

/* URNs and names of extensions we have no schema for, in any letter case. */

const X = "urn:example:params:2.0:User";
const OTHER = "URN:Example:Params:2.0:USER";
const before: JsonObject = {
  schemas: [USER_SCHEMA, X],
  userName: "mei",
  active: true,
  [X]: { Badge: "1", site: { Floor: 2 } },
};
const patched = (...operations: Operation[]) => applyPatch(before, operations, userResource)[X];

test.each<[string, () => unknown]>([
  ["an extension", () => readUser({ userName: "mei", [X]: { a: 1 }, [OTHER]: { b: 2 } })],
  ["an extension of a group", () => readGroup({ displayName: "A", [X]: { a: 1 }, [OTHER]: { b: 2 } })],
  ["a name in one", () => readUser({ userName: "mei", [X]: { Badge: 1, badge: 2 } })],
  ["a name deep in one", () => readUser({ userName: "mei", [X]: { list: [{ a: { Floor: 1, floor: 2 } }] } })],
  ["a name in a change", () => patched({ op: "add", path: X, value: { Code: 1, code: 2 } })],
  [
    "a qualified name in a change",
    () => patched({ op: "add", value: { [`${X}:code`]: 1, [`${OTHER}:CODE`]: 2 } }),
  ],
  ["an attribute of ours in a change", () => patched({ op: "add", value: { title: "a", Title: "b" } })],
])("%s in two spellings is given twice", (_name, act) => expect(act).toThrow(InvalidSyntax));

test.each<[string, Operation, JsonObject | undefined]>([
  ["a name", { op: "replace", path: `${OTHER}:BADGE`, value: "2" }, { Badge: "2", site: { Floor: 2 } }],
  ["a name that goes", { op: "remove", path: `${OTHER}:badge`, value: undefined }, { site: { Floor: 2 } }],
  [
    "several",
    { op: "add", path: OTHER, value: { BADGE: "2", extra: 1 } },
    { Badge: "2", site: { Floor: 2 }, extra: 1 },
  ],
  ["without path", { op: "replace", value: { [OTHER]: { badge: "2" } } }, { Badge: "2", site: { Floor: 2 } }],
  ["a whole extension that goes", { op: "remove", path: OTHER, value: undefined }, undefined],
])("a change of %s finds what is there in another spelling", (_name, operation, expected) =>
  expect(patched(operation)).toEqual(expected),
);

test.each<[string, { attributes?: string; excludedAttributes?: string }, JsonObject | undefined]>([
  ["the extension", { attributes: OTHER }, { Badge: "1", site: { Floor: 2 } }],
  ["an attribute of it", { attributes: `${OTHER}:badge` }, { Badge: "1" }],
  ["all but the extension", { excludedAttributes: OTHER }, undefined],
  ["all but an attribute of it", { excludedAttributes: `${X}:BADGE` }, { site: { Floor: 2 } }],
])("asked for: %s", (_name, request, expected) =>
  expect(readProjection(userResource, request).apply(before)[X]).toEqual(expected),
);

describe("a name that may be an extension or an attribute of one", () => {
  const OKTA = "urn:okta:onprem_app:1.0:user:custom";
  const VERSIONED = "urn:example:User:2.0";
  const made = readUser({ userName: "mei", [OKTA]: { badge: "1" }, [VERSIONED]: { code: "a" } }).document;
  const extensions = (...operations: Operation[]): JsonObject => {
    const {
      userName: _name,
      active: _active,
      schemas,
      ...others
    } = applyPatch(made, operations, userResource);
    expect(schemas).toEqual([USER_SCHEMA, ...Object.keys(others)]);
    return others;
  };

  test.each<[string, Operation, JsonObject]>([
    [
      "without path",
      { op: "replace", value: { [OKTA]: { badge: "2" } } },
      { [OKTA]: { badge: "2" }, [VERSIONED]: { code: "a" } },
    ],
    [
      "its path",
      { op: "add", path: OKTA.toUpperCase(), value: { floor: 3 } },
      { [OKTA]: { badge: "1", floor: 3 }, [VERSIONED]: { code: "a" } },
    ],
    [
      "an attribute of it",
      { op: "replace", path: `${OKTA}:badge`, value: "2" },
      { [OKTA]: { badge: "2" }, [VERSIONED]: { code: "a" } },
    ],
    ["the whole of it goes", { op: "remove", path: OKTA, value: undefined }, { [VERSIONED]: { code: "a" } }],
    [
      "an attribute behind the version",
      { op: "replace", path: `${VERSIONED}:code`, value: "b" },
      { [OKTA]: { badge: "1" }, [VERSIONED]: { code: "b" } },
    ],
    [
      "a new one there",
      { op: "add", value: { [`${VERSIONED}:desk`]: 7 } },
      { [OKTA]: { badge: "1" }, [VERSIONED]: { code: "a", desk: 7 } },
    ],
  ])("is what the person has: %s", (_name, operation, expected) =>
    expect(extensions(operation)).toEqual(expected),
  );
});
