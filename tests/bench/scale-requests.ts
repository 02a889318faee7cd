import type { Subject } from "./client.ts";
import { entraUser, idOf } from "./people.ts";
import { departmentIdOf, departmentName } from "./seed-real.ts";
import { expecting, get, groupWorkloads, SCIM, send, somebody, workloads } from "./workloads.ts";

/** A server and what was seeded into its directory. */
export interface Directory {
  readonly server: Subject;
  readonly people: number;
  readonly departments: number;
}

/** What is asked of a directory, as an iteration of turns.ts. */
export interface Request {
  readonly name: string;
  /** Largest exponent of the growth of its cost that is asked for. */
  readonly bar?: number;
  iteration(n: number): Promise<number>;
}

const STEADY = 0.1;
const STEADY_IN_MEMBERS = 0.05;
const PAGE = 100;
const BULK = 100;
const DEPARTMENT = 20;

/** In the same order for every directory. */
export function requestsOn(directory: Directory): readonly Request[] {
  const { server, people, departments } = directory;
  const matches = workloads({ users: people, groupSizes: [] }).filter(({ name }) => name.startsWith("match"));
  return [
    ...importsInto(server),
    departmentByPost(directory),
    ...matches.map(({ name, real }): Request => ({ name, bar: STEADY, iteration: (n) => real(server, n) })),
    departmentByName(directory),
    page(server, "first page of people", "Users", () => "startIndex=1"),
    page(server, "first page of people by cursor", "Users", () => "cursor="),
    page(server, "any page of people", "Users", (n) => `startIndex=${somebody(n, people - PAGE) + 1}`),
    page(server, "last page of people", "Users", () => `startIndex=${people - PAGE + 1}`),
    page(
      server,
      "any page of departments",
      "Groups",
      (n) => `excludedAttributes=members&startIndex=${somebody(n, departments - PAGE) + 1}`,
    ),
  ];
}

export const importsInto = (server: Subject): readonly Request[] => {
  const create = workloads({ users: 1, groupSizes: [] }).find(({ name }) => name === "create")!;
  return [
    { name: "import people by POST", iteration: (n) => create.real(server, n) },
    { name: `import people by Bulk of ${BULK}`, iteration: () => bulk(server) },
  ];
};

/** Of a group with so many members. */
export const memberRequestsOn = (server: Subject, members: number): readonly Request[] =>
  groupWorkloads(members).map(({ name, real }) => ({
    name,
    bar: STEADY_IN_MEMBERS,
    iteration: (n) => real(server, n),
  }));

/** Other numbers than those of the creates: telephone numbers follow from them. */
let inBulk = 5_000_000;

async function bulk(server: Subject): Promise<number> {
  const first = inBulk;
  inBulk += BULK;
  const operations = Array.from({ length: BULK }, (_, at) => ({
    method: "POST",
    path: "/Users",
    bulkId: String(at),
    data: entraUser("bulk", first + at),
  }));
  const body = { schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], Operations: operations };
  const { text } = await expecting(server, send("POST", `${SCIM}/Bulk`, body), 200);
  requireCount(server, text, '"status":"201"', BULK);
  return BULK;
}

let newDepartments = 0;

const departmentByPost = ({ server, people }: Directory): Request => ({
  name: `department of ${DEPARTMENT} by POST`,
  async iteration(n) {
    const members = Array.from({ length: DEPARTMENT }, (_, at) => ({
      value: idOf("seed", somebody(n * DEPARTMENT + at, people)),
    }));
    await expecting(
      server,
      send("POST", `${SCIM}/Groups`, { displayName: `New department ${newDepartments++}`, members }),
      201,
    );
    return 1;
  },
});

const departmentByName = ({ server, departments }: Directory): Request => ({
  name: "match department by displayName",
  bar: STEADY,
  async iteration(n) {
    const which = somebody(n, departments);
    const filter = encodeURIComponent(`displayName eq "${departmentName(which, departments)}"`);
    await expecting(
      server,
      get(`${SCIM}/Groups?excludedAttributes=members&filter=${filter}`),
      200,
      departmentIdOf(which),
    );
    return 1;
  },
});

const page = (server: Subject, name: string, endpoint: string, query: (n: number) => string): Request => ({
  name,
  bar: STEADY,
  async iteration(n) {
    const { text } = await expecting(server, get(`${SCIM}/${endpoint}?count=${PAGE}&${query(n)}`), 200);
    requireCount(server, text, '"resourceType":', PAGE);
    return 1;
  },
});

function requireCount(server: Subject, text: string, part: string, count: number): void {
  const found = text.split(part).length - 1;
  if (found !== count)
    throw new Error(`${server.name}: ${found} instead of ${count} times ${part} in ${text.slice(0, 300)}`);
}
