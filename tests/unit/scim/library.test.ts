import SCIMMY from "scimmy";

/*
 * Why this room uses the library for its schema classes only: facts about the version in use, measured. When
 * an upgrade makes one of these fail, the reason it stands for is gone.
 */

const { Attribute, Filter, SchemaDefinition } = SCIMMY.Types;
const user = () => SCIMMY.Schemas.User.definition;

test("a definition outside the IETF's name space is refused, so ours get their URN afterwards", () => {
  expect(() => new SchemaDefinition("Ours", "urn:dingtalk-scim:x", "", [])).toThrow(TypeError);
});

test("a canonical value is taken for the only one allowed", () => {
  const type = new Attribute("string", "type", { canonicalValues: ["work"] });
  expect(() => type.coerce("office")).toThrow(TypeError);
});

test("booleans as Entra sends them are refused", () => {
  expect(() => user().coerce({ userName: "mei", active: "False" }, "in")).toThrow(TypeError);
});

test("an empty list attribute sent as null is refused", () => {
  expect(() => user().coerce({ userName: "mei", phoneNumbers: null }, "in")).toThrow(TypeError);
});

test("userName is compared with regard to letter case", () => {
  expect(new Filter('userName eq "MEI"').match([{ userName: "mei" }])).toEqual([]);
});

test("externalId is not described to clients", () => {
  expect(JSON.stringify(user().describe())).not.toContain("externalId");
});
