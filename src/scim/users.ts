import type { JsonObject } from "../core/entity.ts";
import type { GroupOfUser, StoredUser, UserContent } from "../directory/user.ts";
import type { UserDirectory } from "../directory/users.ts";
import { withAddresses } from "./answer/addresses.ts";
import { createResourceText, projectedText } from "./answer/render.ts";
import type { ResourceKind } from "./answer/resource-kind.ts";
import { applyPatch } from "./patch/patch.ts";
import { readOperations } from "./patch/read-operations.ts";
import { sentBy } from "./patch/sent.ts";
import { userContent } from "./resource/columns.ts";
import { keepingObserved } from "./resource/observed.ts";
import { readUser } from "./resource/resource.ts";
import { userResource } from "./schema/schemas.ts";

const ENDPOINT = "/Users";

/** People. `baseUrl`: the public address of the SCIM root. */
export function userKind(directory: UserDirectory, baseUrl: string): ResourceKind<StoredUser> {
  const locationOf = (id: string) => `${baseUrl}${ENDPOINT}/${id}`;
  const resourceText = createResourceText("User", locationOf);
  const groupsText = groupReferences(`${baseUrl}/Groups/`);
  return {
    schema: withAddresses(userResource, baseUrl),
    endpoint: ENDPOINT,
    patchStatus: 200,
    createsShareCommits: true,
    locationOf,
    newId: () => directory.newId(),
    create: (context, body, id) => directory.create(context, readUser(body), id),
    get: (context, id) => directory.get(context, id),
    list: (context, query) => directory.list(context, query),
    replace: (context, id, body, ifVersion) =>
      directory.change(context, id, (current) => readUser(body, current), ifVersion),
    // Invalid operations are refused before anything is read.
    async patch(context, id, body, ifVersion) {
      const operations = readOperations(body);
      return directory.change(context, id, (current) => patched(current, operations), ifVersion);
    },
    remove: (context, id, ifVersion) => directory.remove(context, id, ifVersion),
    render(user, projection) {
      const groups =
        user.groups.length === 0 || !projection.wants("groups") ? "" : `,"groups":${groupsText(user.groups)}`;
      return projectedText(resourceText(user, groups), projection);
    },
  };
}

function patched(current: JsonObject, operations: ReturnType<typeof readOperations>): UserContent {
  const document = applyPatch(current, operations, userResource);
  return {
    ...userContent(document === current ? document : keepingObserved(document, current)),
    sent: sentBy(operations, userResource),
  };
}

function groupReferences(groupsUrl: string): (groups: readonly GroupOfUser[]) => string {
  const url = JSON.stringify(groupsUrl).slice(1, -1);
  const text = ({ id, display, type }: GroupOfUser) =>
    `{"value":"${id}","$ref":"${url}${id}","display":${JSON.stringify(display)},"type":"${type}"}`;
  return (groups) => `[${groups.map(text).join(",")}]`;
}
