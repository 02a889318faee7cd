import type { StoredUser } from "../directory/user.ts";
import type { UserDirectory } from "../directory/users.ts";
import { withAddresses } from "./addresses.ts";
import { applyPatch, readOperations } from "./patch.ts";
import { projectedText, resourceText } from "./render.ts";
import { readUser, userContent } from "./resource.ts";
import type { ResourceKind } from "./resource-kind.ts";
import { userResource } from "./schemas.ts";

const ENDPOINT = "/Users";

/** People. `baseUrl`: the public address of the SCIM root. */
export function userKind(directory: UserDirectory, baseUrl: string): ResourceKind<StoredUser> {
  const locationOf = (id: string) => `${baseUrl}${ENDPOINT}/${id}`;
  const withReferences = groupReferences(`${baseUrl}/Groups/`);
  return {
    schema: withAddresses(userResource, baseUrl),
    endpoint: ENDPOINT,
    patchAnswer: "resource",
    locationOf,
    newId: () => directory.newId(),
    create: (context, body, id) => directory.create(context, readUser(body), id),
    get: (context, id) => directory.get(context, id),
    list: (context, query) => directory.list(context, query),
    replace: (context, id, body, ifVersion) => directory.change(context, id, (current) => readUser(body, current), ifVersion),
    // Operations that are wrong in themselves are refused before anything is read.
    async patch(context, id, body, ifVersion) {
      const operations = readOperations(body);
      return directory.change(context, id, (current) => userContent(applyPatch(current, operations, userResource)), ifVersion);
    },
    remove: (context, id, ifVersion) => directory.remove(context, id, ifVersion),
    render(user, projection) {
      const groups = user.groups === "" || !projection.wants("groups") ? "" : `,"groups":${withReferences(user.groups)}`;
      return projectedText(resourceText(user, "User", locationOf(user.id), groups), projection);
    },
  };
}

/** As PostgreSQL begins each group of a person. Inside a JSON string the quotes would be escaped, so no display name can look like this. */
const GROUP_START = /\{"value" : "([0-9a-f-]{36})"/g;

function groupReferences(groupsUrl: string): (groups: string) => string {
  const url = JSON.stringify(groupsUrl).slice(1, -1).replaceAll("$", "$$$$");
  const replacement = `{"value":"$1","$$ref":"${url}$1"`;
  return (groups) => groups.replace(GROUP_START, replacement);
}
