import { byCodePoint, matches } from "../../../src/filter/evaluate.ts";
import { parseFilter } from "../../../src/scim/filter.ts";
import { ENTERPRISE_SCHEMA } from "../../../src/scim/schema/enterprise.ts";
import { GROUP_SCHEMA } from "../../../src/scim/schema/group.ts";
import { groupResource, userResource } from "../../../src/scim/schema/schemas.ts";

const person = {
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE_SCHEMA],
  id: "0190e0c2-0000-7000-8000-000000000001",
  externalId: "AbC",
  userName: "Mei.Chan@Example.com",
  active: true,
  title: "Straße",
  nickName: "",
  name: { familyName: "Chan", givenName: "Mei" },
  emails: [
    { type: "work", value: "mei@example.com", primary: true },
    { type: "home", value: "mei@home.example" },
    { value: "other@example.org" },
  ],
  addresses: [{ type: "work", country: "HK" }],
  groups: [{ value: "g1", type: "direct" }],
  meta: { created: "2026-01-02T03:04:05.678Z", lastModified: "2026-02-03T00:00:00Z", resourceType: "User" },
  [ENTERPRISE_SCHEMA]: { employeeNumber: "7X", manager: { value: "m1" } },
};

const team = {
  schemas: [GROUP_SCHEMA],
  id: "g",
  displayName: "A/B",
  members: [
    { value: "u1", type: "User" },
    { value: "g2", type: "Group" },
  ],
};

test.each<[string, boolean]>([
  ['userName eq "mei.chan@example.com"', true],
  ['userName ne "MEI.CHAN@EXAMPLE.COM"', false],
  ['USERNAME EQ "mei.chan@example.com"', true],
  ['urn:ietf:params:scim:schemas:core:2.0:User:userName sw "MEI"', true],
  ['URN:IETF:params:scim:schemas:core:2.0:user:USERNAME ew "example.COM"', true],
  ['externalId eq "AbC"', true],
  ['externalId eq "abc"', false],
  ['id eq "0190e0c2-0000-7000-8000-000000000001"', true],
  ['title co "STRASS"', false],
  ['title eq "straße"', true],
  ["active eq true", true],
  ['active eq "True"', true],
  ["active ne true", false],
  ['name.familyName gt "Bob"', true],
  ['name.familyName lt "chan"', false],
  ['name.familyName le "chan"', true],
  ["name pr", true],
  ["nickName pr", false],
  ["displayName pr", false],
  ['displayName ne "x"', true],
  ['displayName eq "x"', false],
  ["displayName eq null", true],
  ["title ne null", true],
  ['displayName gt ""', false],
  ["emails pr", true],
  ["emails.type pr", true],
  ["phoneNumbers pr", false],
  ['emails eq "MEI@example.com"', true],
  ['emails co "home"', true],
  ['emails.type eq "home"', true],
  ['emails.type ne "home"', true],
  ['emails.display ne "x"', true],
  ["emails.primary eq true", true],
  ["emails.primary eq false", true],
  ["addresses.primary eq false", true],
  ["addresses.primary ne false", false],
  ["addresses.primary pr", false],
  ["phoneNumbers.primary eq false", false],
  ['emails[primary eq false and value co "home"]', true],
  ['emails[primary eq false and type eq "work"]', false],
  ['emails[primary ne false and value co "home"]', false],
  ['emails[primary pr and value co "home"]', false],
  ['emails[type eq "work" and value co "home"]', false],
  ['emails[type eq "home" and value co "home"]', true],
  ['emails[type eq "work"].value eq "mei@example.com"', true],
  ['emails[type eq "home"].value eq "mei@example.com"', false],
  ["emails[not (type pr)]", true],
  ['emails[type ne "work" and not (value co "home")]', true],
  ['not (emails[type eq "other"])', true],
  ['addresses[type eq "work"].country eq "hk"', true],
  ['groups.value eq "g1"', true],
  ['groups eq "g1"', true],
  ['groups[value eq "g1" and type eq "indirect"]', false],
  ['manager eq "m1"', true],
  ['manager.value eq "M1"', false],
  [`${ENTERPRISE_SCHEMA}:manager eq "m1"`, true],
  [`${ENTERPRISE_SCHEMA}:employeeNumber eq "7X"`, true],
  [`${ENTERPRISE_SCHEMA} pr`, true],
  ["urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:User pr", false],
  [`schemas eq "${ENTERPRISE_SCHEMA}"`, true],
  ['meta.created gt "2026-01-02T03:04:05.677Z"', true],
  ['meta.created eq "2026-01-02T11:04:05.678+08:00"', true],
  ['meta.lastModified ge "2026-02-03"', true],
  ['meta.lastModified lt "2026-02-03T00:00:00.001Z"', true],
  ['meta.resourceType eq "User"', true],
  ['name[familyName eq "chan"]', true],
  ['userName eq "x" or (active eq true and not (title eq "y"))', true],
  ['userName eq "x" and active eq true or title pr', true],
  ['userName eq "x" and (active eq true or title pr)', false],
])("a person: %s is %s", (text, expected) =>
  expect(matches(parseFilter(userResource, text), person)).toBe(expected),
);

test.each<[string, boolean]>([
  ['members.value eq "u1"', true],
  ['members eq "u2"', false],
  ['members[value eq "u1" and type eq "Group"]', false],
  ['displayName eq "a/b"', true],
  ["members pr", true],
])("a group: %s is %s", (text, expected) =>
  expect(matches(parseFilter(groupResource, text), team)).toBe(expected),
);

test("what is inherited is no value", () => {
  const filter = parseFilter(userResource, "title pr");
  expect(matches(filter, Object.create({ title: "x" }))).toBe(false);
  expect(matches(filter, null)).toBe(false);
});

test("text is ordered by code point, as the database orders it", () => {
  const words = ["\u{1F600}", "\uFFFD", "z", "a", "ab", "é"];
  const sorted = [...words].sort(byCodePoint);
  expect(sorted).toEqual([...words].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
});
