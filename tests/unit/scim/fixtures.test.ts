import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { JsonObject } from "../../../src/core/entity.ts";
import type { MemberChange } from "../../../src/directory/group.ts";
import { matches } from "../../../src/filter/evaluate.ts";
import { DIALECT_RULES } from "../../../src/scim/dialect.ts";
import { parseFilter } from "../../../src/scim/filter.ts";
import { checkedBody } from "../../../src/scim/json.ts";
import { groupPatch } from "../../../src/scim/patch/group.ts";
import { applyPatch } from "../../../src/scim/patch/patch.ts";
import { readOperations } from "../../../src/scim/patch/read-operations.ts";
import { readGroup, readUser } from "../../../src/scim/resource/resource.ts";
import { groupResource, userResource } from "../../../src/scim/schema/schemas.ts";

/** One request as a client sends it, and what the pure half makes of it. */
interface Fixture {
  readonly origin: string;
  readonly rule?: string;
  readonly request: { readonly method: string; readonly url: string; readonly body?: JsonObject };
  readonly before?: JsonObject;
  readonly after?: JsonObject;
  readonly unchanged?: boolean;
  readonly members?: MemberChange;
  readonly memberIds?: readonly string[];
  readonly resources?: readonly JsonObject[];
  readonly matches?: readonly boolean[];
}

const folder = join(__dirname, "../../fixtures");
const fixtures = ["entra", "okta", "onelogin", "workday"].flatMap((client) =>
  readdirSync(join(folder, client)).map((file): [string, Fixture] => {
    const path = join(folder, client, file);
    return [relative(folder, path), JSON.parse(readFileSync(path, "utf8")) as Fixture];
  }),
);
const of = (method: string) => fixtures.filter(([, { request }]) => request.method === method);
const isGroup = (fixture: Fixture) => fixture.request.url.startsWith("/Groups");

test("every request tells its origin", () => {
  expect(fixtures.filter(([, { origin }]) => !origin).map(([name]) => name)).toEqual([]);
});

test.each(DIALECT_RULES.map((rule) => [rule.name, rule] as const))(
  "rule %s has the request it exists for",
  (name, rule) => {
    const fixture = fixtures.find(([path]) => path === rule.fixture)?.[1];
    expect(fixture?.rule).toBe(name);
    expect(rule.fixture.startsWith(`${rule.client}/`)).toBe(true);
  },
);

test.each(of("GET"))("%s selects what the client means", (_name, fixture) => {
  const url = new URL(fixture.request.url, "http://localhost");
  const filter = parseFilter(
    isGroup(fixture) ? groupResource : userResource,
    url.searchParams.get("filter") ?? "",
  );
  expect(fixture.resources?.map((resource) => matches(filter, resource))).toEqual(fixture.matches);
});

test.each([...of("POST"), ...of("PUT")])("%s becomes the stored document", (_name, fixture) => {
  const body = checkedBody(fixture.request.body);
  if (isGroup(fixture)) {
    const { content, members } = readGroup(body);
    expect({ document: content.document, members }).toEqual({
      document: fixture.after,
      members: fixture.memberIds,
    });
  } else {
    expect(readUser(body, fixture.before).document).toEqual(fixture.after);
  }
});

test.each(of("PATCH"))("%s makes the change the client means, and again nothing", (_name, fixture) => {
  const before = fixture.before ?? {};
  const all = readOperations(checkedBody(fixture.request.body));
  const { attributes, members } = isGroup(fixture)
    ? groupPatch(all, { allowRemoveAllMembers: false })
    : { attributes: all, members: undefined };
  const schema = isGroup(fixture) ? groupResource : userResource;
  const after = applyPatch(before, attributes, schema);
  expect(after).toEqual(fixture.after);
  expect(after === before).toBe(fixture.unchanged === true);
  expect(members).toEqual(fixture.members);
  expect(applyPatch(after, attributes, schema)).toBe(after);
});
