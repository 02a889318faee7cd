import type { UserDirectory } from "../../../src/directory/users.ts";
import { readProjection } from "../../../src/scim/answer/projection.ts";
import { userResource } from "../../../src/scim/schema/schemas.ts";
import { userKind } from "../../../src/scim/users.ts";

const GROUP_ID = "0190e0c2-0000-7000-8000-000000000001";
// Rendering asks nothing of the directory.
const kind = userKind({} as UserDirectory, "https://scim.example/a$1b/scim/v2");

const rendered = (display: string, attributes?: string) =>
  JSON.parse(
    kind.render(
      {
        id: "0190e0c2-0000-7000-8000-000000000002",
        version: 3,
        createdAt: "2026-01-02T03:04:05.678Z",
        modifiedAt: "2026-01-02T03:04:06.000Z",
        document: '{"schemas":["x"],"userName":"mei"}',
        groups: [{ id: GROUP_ID, display, type: "direct" }],
      },
      readProjection(userResource, { attributes }),
    ) as string,
  );

test("a user is the document between id and meta", () => {
  expect(rendered("Retail")).toEqual({
    id: "0190e0c2-0000-7000-8000-000000000002",
    schemas: ["x"],
    userName: "mei",
    groups: [
      {
        value: GROUP_ID,
        $ref: `https://scim.example/a$1b/scim/v2/Groups/${GROUP_ID}`,
        display: "Retail",
        type: "direct",
      },
    ],
    meta: {
      resourceType: "User",
      created: "2026-01-02T03:04:05.678Z",
      lastModified: "2026-01-02T03:04:06.000Z",
      location: "https://scim.example/a$1b/scim/v2/Users/0190e0c2-0000-7000-8000-000000000002",
      version: 'W/"3"',
    },
  });
});

test.each(['"}]', "\\", "$1", '{"value":"x"}'])("a group named %j stays what it is", (display) => {
  expect(rendered(display).groups).toMatchObject([{ display }]);
});

test("groups that are not asked for are not there", () => {
  expect(rendered("Retail", "userName")).not.toHaveProperty("groups");
  expect(rendered("Retail", "groups.display").groups).toEqual([{ display: "Retail" }]);
});
