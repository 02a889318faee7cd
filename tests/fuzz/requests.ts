import { bulk, filter, group, type Known, patch, search, somebody, user } from "./messages.ts";
import { createRandom, type Random } from "./random.ts";
import { inAddress, jsonText, mutated, text, wellFormed } from "./values.ts";

export interface FuzzedRequest {
  readonly method: string;
  /** Path and query, as they are sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

type Message = (known: Known, random: Random) => unknown;

interface Address {
  /** Path with the placeholders `:id`, `:kind` and `:name`. */
  readonly path: string;
  readonly parameters?: readonly string[];
  /** Methods to try without a body. The default is GET. */
  readonly bare?: readonly string[];
  readonly bodies?: readonly (readonly [method: string, message: Message])[];
}

const LIST = [
  "filter",
  "sortBy",
  "sortOrder",
  "startIndex",
  "count",
  "cursor",
  "attributes",
  "excludedAttributes",
];
const ONE = ["attributes", "excludedAttributes"];
const RESOURCE = ["GET", "GET", "DELETE", "HEAD"];

const ADDRESSES: readonly Address[] = [
  { path: "/scim/v2/Users", parameters: LIST, bodies: [["POST", user]] },
  { path: "/scim/v2/Users", parameters: LIST, bodies: [["POST", user]] },
  {
    path: "/scim/v2/Users/:id",
    parameters: ONE,
    bare: RESOURCE,
    bodies: [
      ["PUT", user],
      ["PATCH", patch],
      ["PATCH", patch],
    ],
  },
  {
    path: "/scim/v2/Users/:id",
    parameters: ONE,
    bare: RESOURCE,
    bodies: [
      ["PUT", user],
      ["PATCH", patch],
      ["PATCH", patch],
    ],
  },
  { path: "/scim/v2/Groups", parameters: LIST, bodies: [["POST", group]] },
  {
    path: "/scim/v2/Groups/:id",
    parameters: ONE,
    bare: RESOURCE,
    bodies: [
      ["PUT", group],
      ["PATCH", patch],
    ],
  },
  { path: "/scim/v2/Users/.search", bodies: [["POST", search]] },
  { path: "/scim/v2/Groups/.search", bodies: [["POST", search]] },
  { path: "/scim/v2/.search", bodies: [["POST", search]] },
  { path: "/scim/v2/", parameters: LIST },
  { path: "/scim/v2/Bulk", bodies: [["POST", bulk]] },
  { path: "/scim/v2/Bulk", bodies: [["POST", bulk]] },
  { path: "/scim/v2/Schemas/:name" },
  { path: "/scim/v2/ResourceTypes/:name" },
  { path: "/scim/v2/Me", bodies: [["POST", user]] },
  { path: "/scim/v2/:name/:name", bodies: [["POST", user]] },
  { path: "/api/history", parameters: ["filter", "after", "count"] },
  { path: "/api/history/:id" },
  { path: "/api/history/histogram", parameters: ["from", "to", "by"] },
  { path: "/api/organisation", parameters: ["at"] },
  { path: "/api/organisation/difference", parameters: ["from", "to"] },
  { path: "/api/leavers", parameters: ["from", "to"] },
  { path: "/api/sync/items", parameters: ["state", "kind", "q", "reason", "after", "count"] },
  { path: "/api/sync/items/:kind/:id/retry", bare: ["POST"] },
  { path: "/api/:name" },
];

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PROPFIND"];
const TYPES = [
  "application/json",
  "application/scim+json; charset=utf-8",
  "application/scim+json; charset=latin1",
  "text/plain",
  "application/json;;",
  "x",
];

/** The request with this number. It is the same for the same seed, number and count of known resources. */
export function fuzzedRequest(seed: number, number: number, known: Known): FuzzedRequest {
  const random = createRandom(Math.imul(seed, 2_654_435_761) ^ number);
  const address = random.one(ADDRESSES);
  const { bare = ["GET"], bodies } = address;
  const path = pathOf(address, known, random) + queryOf(address, known, random);
  const headers = headersOf(random);
  const odd = random.chance(0.04) ? random.one(METHODS) : undefined;
  if (bodies === undefined || random.chance(0.3)) return { method: odd ?? random.one(bare), path, headers };
  const [method, message] = random.one(bodies);
  const sent = mutated(message(known, random), random, random.one([0, 0, 0.02, 0.06, 0.2]));
  const type = random.chance(0.97) ? "application/scim+json" : random.one(TYPES);
  return {
    method: odd ?? method,
    path,
    headers: { "content-type": type, ...headers },
    body: jsonText(sent, random),
  };
}

function pathOf({ path }: Address, known: Known, random: Random): string {
  const filled = path
    .replaceAll(":kind", () =>
      random.one(["user", "group", "department", "role", inAddress(text(random), random)]),
    )
    .replaceAll(":id", () => (random.chance(0.7) ? somebody(known, random) : inAddress(text(random), random)))
    .replaceAll(":name", () =>
      random.one([
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "User",
        "Users",
        "sync",
        inAddress(text(random), random),
      ]),
    );
  return random.chance(0.97) ? filled : filled.replace("/", random.one(["//", "/./", "/%2e%2e/", "/;x/"]));
}

function queryOf({ parameters = [] }: Address, known: Known, random: Random): string {
  const names = parameters.filter(() => random.chance(0.3));
  if (random.chance(0.05)) names.push(...names, "x");
  const pairs = names.map((name) => `${name}=${parameterOf(name, known, random)}`);
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

function parameterOf(name: string, known: Known, random: Random): string {
  if (random.chance(0.15)) return inAddress(text(random), random);
  switch (name) {
    case "filter":
      return encodeURIComponent(wellFormed(filter(known, random).slice(0, 2_500)));
    case "count":
    case "startIndex":
      return random.one([
        "0",
        "1",
        "2",
        "-1",
        "200",
        "100000",
        "99999999999999999999",
        "1e3",
        "0x10",
        "1.5",
        "",
        "%20",
      ]);
    case "state":
      return random.one(["inSync", "due", "held", "parked", "INSYNC"]);
    case "kind":
      return random.one(["user", "group", "x"]);
    case "after":
      return random.one([somebody(known, random), `user:${somebody(known, random)}`, "user:", "x:x"]);
    case "from":
    case "to":
    case "at":
      return random.one([
        "2026-01-01",
        "2026-12-01T00:00:00Z",
        "0000-01-01",
        "0001-01-01T00:00:00%2B14:00",
        "9999-12-31T23:59:59-14:00",
        "x",
      ]);
    case "cursor":
      return random.one(["", "AAAA", "0.", "1.x", "eyJpZCI6IjEifQ", "%2F%2F", "x".repeat(500)]);
    default:
      return encodeURIComponent(
        random.one([
          "userName",
          "emails.value",
          "meta.created",
          "members",
          "name",
          "id",
          'emails[type eq "work"]',
          "urn:x:y",
          "descending",
        ]),
      );
  }
}

function headersOf(random: Random): Record<string, string> {
  if (random.chance(0.85)) return {};
  return random.one<Record<string, string>>([
    {
      "if-match": random.one([
        'W/"1"',
        '"1"',
        "*",
        "1",
        'W/"99999999999999999999"',
        '"\u00ff"',
        ",,,",
        'W/"-1"',
      ]),
    },
    { "if-none-match": random.one(['W/"1"', "*", '"x", W/"2"', ""]) },
    { accept: random.one(["application/json", "text/html", "*/*;q=0", "\u00ff", ""]) },
    { "content-encoding": random.one(["gzip", "identity", "x"]) },
    { "x-request-id": random.one(["x", "<script>", "a".repeat(64)]) },
    { "x-forwarded-for": "1.1.1.1, <x>" },
    { prefer: "return=minimal" },
  ]);
}
