import type { JsonObject } from "../../../src/core/entity.ts";
import { readGroup, readUser } from "../../../src/scim/resource/resource.ts";
import type { RemoteUser, TestEnvironment } from "../../support/test-environment.ts";

export const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
export const DINGTALK_USER = "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:User";
export const DINGTALK_GROUP = "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:Group";

let number = 0;

/** A person with a user name and a mobile number nobody else has. */
export function person(name: string, more: JsonObject = {}): JsonObject {
  number += 1;
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
    userName: `${name.toLowerCase().replaceAll(" ", ".")}.${number}@example.com`,
    displayName: name,
    active: true,
    phoneNumbers: [{ type: "mobile", value: mobile(number) }],
    ...more,
  };
}

export const mobile = (n: number): string =>
  `+852 9${String(Math.floor(n / 10_000)).padStart(3, "0")} ${String(n % 10_000).padStart(4, "0")}`;

export async function remote(env: TestEnvironment, id: string): Promise<RemoteUser | undefined> {
  return (await env.state()).users.find((user) => user.userid === id);
}

/** What is noted of an entity: attribute and code of each. */
export async function notesOn(env: TestEnvironment, id: string): Promise<readonly string[]> {
  const { rows } = await env.pool.query("select notes from entity_states where entity_id = $1", [id]);
  return (JSON.parse(rows[0]?.notes ?? "[]") as { attribute: string; code: string }[]).map(
    ({ attribute, code }) => `${attribute}: ${code}`,
  );
}

/**
 * Departments as paths of names, and who sits in each, so that expectations read like an organisation chart.
 */
export async function chart(env: TestEnvironment): Promise<Record<string, string[]>> {
  const { departments, users } = await env.state();
  const byId = new Map(departments.map((department) => [department.dept_id, department]));
  const pathOf = (id: number): string => {
    const { parent_id, name } = byId.get(id)!;
    return id === 1 ? "" : [pathOf(parent_id), name].filter(Boolean).join("/");
  };
  return Object.fromEntries(
    departments.map(({ dept_id }) => [
      pathOf(dept_id),
      users
        .filter((user) => user.dept_id_list.includes(dept_id))
        .map((user) => user.name)
        .sort(),
    ]),
  );
}

export async function change(env: TestEnvironment, id: string, more: JsonObject): Promise<void> {
  await env.users.change(env.context, id, (current) => readUser({ ...current, ...more }));
}

export async function changeGroup(env: TestEnvironment, id: string, document: JsonObject): Promise<void> {
  await env.groups.change(env.context, id, {
    decide: (current) => readGroup({ ...current, ...document }).content,
  });
}

export async function addGroup(
  env: TestEnvironment,
  document: JsonObject,
  members: readonly string[] = [],
): Promise<string> {
  return (await env.groups.create(env.context, readGroup(document).content, members)).id;
}

export async function members(
  env: TestEnvironment,
  id: string,
  change: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
) {
  await env.groups.change(env.context, id, {
    members: { kind: "delta", add: change.add ?? [], remove: change.remove ?? [] },
  });
}

/** State and reason of an entity, as operators see them. */
export async function stateOf(
  env: TestEnvironment,
  kind: string,
  id: string,
): Promise<{ state: string; reason: string | null } | undefined> {
  const { rows } = await env.pool.query(
    "select state, reason from entity_states where kind = $1 and entity_id = $2",
    [kind, id],
  );
  return rows[0];
}
