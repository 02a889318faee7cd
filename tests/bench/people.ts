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
  return {
    id,
    ...entraUser(space, n),
    meta: { resourceType: "User", created: at, lastModified: at, location, version: 'W/"1"' },
  };
}

/** What Entra ID sends for a new person (docs/clients.md 1.1), about 1 kB. */
export function entraUser(space: string, n: number): Record<string, unknown> {
  const userName = userNameOf(space, n);
  return {
    schemas: [
      "urn:ietf:params:scim:schemas:core:2.0:User",
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    ],
    externalId: externalIdOf(space, n),
    userName,
    active: true,
    displayName: `Chan Tai Man ${n}`,
    title: "Senior accountant",
    preferredLanguage: "zh-HK",
    emails: [{ primary: true, type: "work", value: userName }],
    addresses: [
      { type: "work", streetAddress: "1 Queen's Road Central", locality: "Hong Kong", country: "HK" },
    ],
    phoneNumbers: [{ type: "mobile", value: `+852 ${String(50_000_000 + n)}` }],
    name: { formatted: `Chan Tai Man ${n}`, familyName: "Chan", givenName: "Tai Man" },
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
      employeeNumber: `${space}-${n}`,
      department: "Finance",
      costCenter: "CC-4410",
    },
  };
}

const SURNAMES =
  "Chan Wong Lee Cheung Lau Ng Ho Leung Tang Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Smith Patel Nguyen Müller".split(
    " ",
  );
const GIVEN =
  "Tai Man Ka Yan Wing Siu Mei Chi Hoi Lok Wei Jun Xin Yi Hao Ming Jing Lei Qiang Fang Anna Peter Maria James Zoltan Ingrid".split(
    " ",
  );
const HAN = [..."陳大文黃家欣李小明張偉王芳劉洋楊靜趙強周敏吳麗徐磊孫娟馬超朱婷胡軍郭鑫何平高峰林紅羅勇"];
const nth = (list: readonly string[], n: number): string => list[n % list.length]!;

/**
 * Names as different as those of a real directory: two of three in Latin letters, the others in Chinese
 * characters.
 */
export function namesOf(n: number): { readonly userName: string; readonly displayName: string } {
  const [surname, first, second] = [nth(SURNAMES, n * 7), nth(GIVEN, n * 11), nth(GIVEN, n * 13 + (n >> 3))];
  return {
    userName: `${first}${second}.${surname}.${n}@example.com`.toLowerCase(),
    displayName:
      n % 3 === 0
        ? `${nth(HAN, n)}${nth(HAN, n * 17)}${nth(HAN, n * 29 + (n >> 5))}`
        : `${surname} ${first} ${second}`,
  };
}
