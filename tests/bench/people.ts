import { createHash } from "node:crypto";

/** A stable UUID for each number, in creation order like ours. */
export function idOf(space: string, n: number): string {
  const hex = createHash("sha256").update(`${space}:${n}`).digest("hex");
  return `${(0x01a000000000 + n)
    .toString(16)
    .padStart(12, "0")
    .replace(/^(.{8})(.{4})$/, "$1-$2")}-7${hex.slice(0, 3)}-8${hex.slice(3, 6)}-${hex.slice(6, 18)}`;
}

/** Groups of the benches are named by how many members they begin with. */
export const groupIdOf = (size: number): string => idOf("group", size);

export const userNameOf = (space: string, n: number): string => `${space}.${n}@example.com`;
export const externalIdOf = (space: string, n: number): string => `${space}-${n}`;

/** The same person as our server answers it, so that the baseline hands out as many bytes. */
export function answeredUser(space: string, n: number): Record<string, unknown> {
  const at = "2026-11-21T22:40:00.123Z";
  const id = idOf(space, n);
  const location = `http://127.0.0.1:38080/scim/v2/Users/${id}`;
  return { id, ...entraUser(space, n), meta: { resourceType: "User", created: at, lastModified: at, location, version: 'W/"1"' } };
}

/** What Entra ID sends for a new person (docs/clients.md 1.1), about 1 kB. */
export function entraUser(space: string, n: number): Record<string, unknown> {
  const userName = userNameOf(space, n);
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
    externalId: externalIdOf(space, n),
    userName,
    active: true,
    displayName: `Chan Tai Man ${n}`,
    title: "Senior accountant",
    preferredLanguage: "zh-HK",
    emails: [{ primary: true, type: "work", value: userName }],
    addresses: [{ type: "work", streetAddress: "1 Queen's Road Central", locality: "Hong Kong", country: "HK" }],
    phoneNumbers: [{ type: "mobile", value: `+852 ${String(50_000_000 + n)}` }],
    name: { formatted: `Chan Tai Man ${n}`, familyName: "Chan", givenName: "Tai Man" },
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
      employeeNumber: `${space}-${n}`,
      department: "Finance",
      costCenter: "CC-4410",
    },
  };
}
