import { systemClock } from "../../../src/core/clock.ts";
import { concurrently } from "../../../src/demo/cycle/concurrently.ts";
import type { Product, Reply } from "../product.ts";

/*
 * A provisioning client that behaves like Entra ID (docs/entra.md). It searches each object by a filter,
 * reads it, and sends only the differences, one operation for each attribute. It cannot read members of
 * groups, so it remembers them.
 */

const CORE = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const MICROSOFT_GROUP = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** An account of the tenant. An absent attribute has no value. */
export interface EntraAccount {
  readonly objectId: string;
  readonly userPrincipalName: string;
  readonly accountEnabled: boolean;
  readonly displayName: string;
  readonly givenName: string;
  readonly surname: string;
  readonly employeeId: string;
  readonly mail?: string;
  readonly mobile?: string;
  readonly jobTitle?: string;
  readonly department?: string;
  readonly city?: string;
  readonly preferredLanguage?: string;
  /** `objectId` of the manager. */
  readonly manager?: string;
}

export interface EntraGroup {
  readonly objectId: string;
  readonly displayName: string;
  /** `objectId` of each member. */
  readonly members: readonly string[];
}

export interface Tenant {
  readonly accounts: readonly EntraAccount[];
  readonly groups: readonly EntraGroup[];
}

export interface EntraClient {
  /** Plays one cycle for all accounts and groups. Returns its writes: method, path and attributes. */
  cycle(tenant: Tenant): Promise<readonly string[]>;
  /** Reads a resource from the server. */
  read(objectId: string): Promise<Reply["body"]>;
}

/** Number of requests at the same time. */
const WIDTH = 8;
const MEMBERS_AT_ONCE = 20;
/** Maximum number of repetitions of a request that gets 503. */
const RETRIES = 5;

/** Values by the paths of Entra's default mapping of users. */
type Attributes = Readonly<Record<string, string | boolean>>;

export function entraClient({ send }: Pick<Product, "send">, token: string): EntraClient {
  const ids = new Map<string, string>();
  const members = new Map<string, ReadonlySet<string>>();
  let writes: string[] = [];

  async function ask(method: string, path: string, body?: unknown, retries = RETRIES): Promise<Reply> {
    const answer = await send(method, `/scim/v2${path}`, { token, ...(body === undefined ? {} : { body }) });
    if (answer.status === 503 && retries > 0) {
      await systemClock.sleep(Number(answer.headers.get("retry-after") ?? 1) * 1_000);
      return ask(method, path, body, retries - 1);
    }
    if (answer.status >= 400)
      throw new Error(`${method} ${path} was answered ${answer.status}: ${answer.text}`);
    return answer;
  }

  async function write(method: string, path: string, about: string, body: unknown): Promise<Reply> {
    writes.push(`${method} ${path} ${about}`);
    return ask(method, path, body);
  }

  async function found(
    kind: "Users" | "Groups",
    filter: string,
    more = "",
  ): Promise<Reply["body"] | undefined> {
    const { body } = await ask("GET", `/${kind}?${more}filter=${encodeURIComponent(filter)}`);
    return body.Resources?.[0];
  }

  async function provisionAccount(account: EntraAccount): Promise<void> {
    const wanted = attributesOf(account);
    const match = await found("Users", `userName eq "${account.userPrincipalName}"`);
    if (!match) {
      ids.set(
        account.objectId,
        (await write("POST", "/Users", account.userPrincipalName, userOf(wanted))).body.id,
      );
      return;
    }
    ids.set(account.objectId, match.id);
    const { body: read } = await ask("GET", `/Users/${match.id}`);
    const differing = Object.entries(wanted).filter(([path, value]) => valueAt(read, path) !== value);
    if (differing.length > 0) await patch(`/Users/${match.id}`, differing);
  }

  async function patch(
    path: string,
    differing: readonly (readonly [string, string | boolean])[],
  ): Promise<void> {
    // Entra sends booleans as capitalised text.
    const said = (value: string | boolean) => (typeof value === "string" ? value : value ? "True" : "False");
    const Operations = differing.map(([attribute, value]) => ({
      op: "Replace",
      path: attribute,
      value: said(value),
    }));
    await write("PATCH", path, differing.map(([attribute]) => attribute).join(), {
      schemas: [PATCH],
      Operations,
    });
  }

  async function provisionManager({ objectId, manager }: EntraAccount): Promise<void> {
    if (manager === undefined) return;
    const [id, leader] = [ids.get(objectId)!, ids.get(manager)!];
    if (await found("Users", `id eq "${id}" and manager eq "${leader}"`, "attributes=id&")) return;
    const Operations = [{ op: "Add", path: `${ENTERPRISE}:manager`, value: leader }];
    await write("PATCH", `/Users/${id}`, "manager", { schemas: [PATCH], Operations });
  }

  async function provisionGroup({ objectId, displayName }: EntraGroup): Promise<void> {
    const match = await found("Groups", `displayName eq "${displayName}"`, "excludedAttributes=members&");
    if (!match) {
      const body = {
        schemas: [GROUP, MICROSOFT_GROUP],
        externalId: objectId,
        displayName,
        meta: { resourceType: "Group" },
      };
      ids.set(objectId, (await write("POST", "/Groups", displayName, body)).body.id);
      return;
    }
    ids.set(objectId, match.id);
    const { body: read } = await ask("GET", `/Groups/${match.id}?excludedAttributes=members`);
    const differing = Object.entries({ displayName, externalId: objectId }).filter(
      ([path, value]) => read[path] !== value,
    );
    if (differing.length > 0) await patch(`/Groups/${match.id}`, differing);
  }

  async function provisionMembers({ objectId, displayName, members: wanted }: EntraGroup): Promise<void> {
    const sent = members.get(objectId) ?? new Set();
    const missing = wanted
      .filter((member) => !sent.has(member))
      .map((member) => ({ value: ids.get(member)! }));
    for (let at = 0; at < missing.length; at += MEMBERS_AT_ONCE) {
      const Operations = [{ op: "Add", path: "members", value: missing.slice(at, at + MEMBERS_AT_ONCE) }];
      await write("PATCH", `/Groups/${ids.get(objectId)}`, `members of ${displayName}`, {
        schemas: [PATCH],
        Operations,
      });
    }
    members.set(objectId, new Set(wanted));
  }

  return {
    async cycle({ accounts, groups }) {
      writes = [];
      await concurrently(accounts, WIDTH, provisionAccount);
      await concurrently(groups, WIDTH, provisionGroup);
      // References are sent in a later pass.
      await concurrently(groups, WIDTH, provisionMembers);
      await concurrently(accounts, WIDTH, provisionManager);
      return writes;
    },
    read: async (objectId) => (await ask("GET", `/Users/${ids.get(objectId)}`)).body,
  };
}

function attributesOf(account: EntraAccount): Attributes {
  const { objectId, userPrincipalName, accountEnabled, displayName, givenName, surname, employeeId } =
    account;
  const wanted: Record<string, string | boolean | undefined> = {
    externalId: objectId,
    userName: userPrincipalName,
    active: accountEnabled,
    displayName,
    title: account.jobTitle,
    preferredLanguage: account.preferredLanguage,
    "name.givenName": givenName,
    "name.familyName": surname,
    "name.formatted": `${givenName} ${surname}`,
    'emails[type eq "work"].value': account.mail,
    'phoneNumbers[type eq "mobile"].value': account.mobile,
    'addresses[type eq "work"].locality': account.city,
    [`${ENTERPRISE}:employeeNumber`]: employeeId,
    [`${ENTERPRISE}:department`]: account.department,
  };
  // Entra never sends an empty value.
  return Object.fromEntries(
    Object.entries(wanted).filter((entry): entry is [string, string | boolean] => entry[1] !== undefined),
  );
}

/** The value at a path: `list[type eq "type"].sub`, `URN:attribute`, `attribute.sub` or `attribute`. */
const LIST = /^(\w+)\[type eq "(\w+)"\]\.(\w+)$/;

function valueAt(resource: Reply["body"], path: string): unknown {
  const [, list, type, sub] = LIST.exec(path) ?? [];
  if (list !== undefined)
    return resource[list]?.find((element: { type?: string }) => element.type === type)?.[sub!];
  if (path.startsWith("urn:")) return resource[ENTERPRISE]?.[path.slice(ENTERPRISE.length + 1)];
  return path.split(".").reduce((holder, name) => holder?.[name], resource);
}

function userOf(wanted: Attributes): object {
  const user: Record<string, unknown> = {
    schemas: [CORE, ENTERPRISE],
    meta: { resourceType: "User" },
    roles: [],
  };
  for (const [path, value] of Object.entries(wanted)) {
    const [, list, type, sub] = LIST.exec(path) ?? [];
    if (list !== undefined) user[list] = [{ primary: true, type, [sub!]: value }];
    else if (path.startsWith("urn:"))
      user[ENTERPRISE] = { ...(user[ENTERPRISE] as object), [path.slice(ENTERPRISE.length + 1)]: value };
    else if (path.includes(".")) user["name"] = { ...(user["name"] as object), [path.split(".")[1]!]: value };
    else user[path] = value;
  }
  return user;
}
