import type { Answer, Call, Subject } from "./client.ts";
import { answeredUser, entraUser, externalIdOf, groupIdOf, idOf, userNameOf } from "./people.ts";

/**
 * What is measured: one iteration on the baseline and the same on the real server. Each answers how many
 * requests it made, and rejects on a wrong answer.
 */
export interface Workload {
  readonly name: string;
  /** Least ratio of requests per second to the baseline that is asked for, where there is one. */
  readonly bar?: number;
  /** Whether its cost must not grow with the number of people. */
  readonly steady?: boolean;
  baseline(subject: Subject, n: number): Promise<number>;
  real(subject: Subject, n: number): Promise<number>;
}

export interface Scale {
  readonly users: number;
  readonly groupSizes: readonly number[];
}

export const SCIM = "/scim/v2";

/** A PATCH of a group answers with the group where that is small. */
const CHANGED = [200, 204];

export async function expecting(
  subject: Subject,
  call: Call,
  status: number | readonly number[],
  holds?: string,
): Promise<Answer> {
  const answer = await subject.send(call);
  if (![status].flat().includes(answer.status) || (holds !== undefined && !answer.text.includes(holds))) {
    throw new Error(
      `${subject.name}: ${call.method} ${call.path} answered ${answer.status} ${answer.text.slice(0, 300)}`,
    );
  }
  return answer;
}

export const get = (path: string): Call => ({ method: "GET", path });
export const send = (method: "POST" | "PATCH" | "PUT", path: string, body: unknown): Call => ({
  method,
  path,
  body: JSON.stringify(body),
});
const match = (attribute: string, value: string): Call =>
  get(`${SCIM}/Users?filter=${encodeURIComponent(`${attribute} eq "${value}"`)}`);

const patchOp = (...operations: readonly unknown[]) => ({
  schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
  Operations: operations,
});

/** Spreads consecutive numbers over the whole range, so that every read meets another row. */
export const somebody = (n: number, users: number): number => (n * 7_919) % users;

let made = 0;

export function workloads({ users, groupSizes }: Scale): readonly Workload[] {
  return [
    {
      name: "read by id",
      bar: 0.6,
      baseline: (subject, n) => readById(subject, somebody(n, users)),
      real: (subject, n) => readById(subject, somebody(n, users)),
    },
    ...(["userName", "externalId"] as const).flatMap((attribute): Workload[] => {
      const namedValue = attribute === "userName" ? userNameOf : externalIdOf;
      const hit = async (subject: Subject, n: number) => {
        const value = namedValue("seed", somebody(n, users));
        await expecting(subject, match(attribute, value), 200, `"${value}"`);
        return 1;
      };
      const miss = async (subject: Subject, n: number) => {
        await expecting(subject, match(attribute, namedValue("nobody", n)), 200, `"totalResults":0`);
        return 1;
      };
      return [
        { name: `match ${attribute}, hit`, bar: 0.6, steady: true, baseline: hit, real: hit },
        { name: `match ${attribute}, miss`, bar: 0.6, steady: true, baseline: miss, real: miss },
      ];
    }),
    {
      name: "create",
      bar: 0.5,
      async baseline(subject) {
        const n = made++;
        await expecting(
          subject,
          send("POST", `${SCIM}/Users`, { id: idOf("baseline", n), ...entraUser("baseline", n) }),
          201,
          userNameOf("baseline", n),
        );
        return 1;
      },
      async real(subject) {
        const n = made++;
        await expecting(
          subject,
          send("POST", `${SCIM}/Users`, entraUser("real", n)),
          201,
          userNameOf("real", n),
        );
        return 1;
      },
    },
    {
      name: "update",
      bar: 0.45,
      baseline: (subject, n) => updateBaseline(subject, somebody(n, users), `Title ${n}`),
      real: (subject, n) =>
        update(
          subject,
          somebody(n, users),
          { op: "Replace", path: "title", value: `Title ${n}` },
          `Title ${n}`,
        ),
    },
    {
      name: "disable and enable",
      bar: 0.45,
      baseline: (subject, n) => updateBaseline(subject, somebody(n, users), "False"),
      async real(subject, n) {
        const who = somebody(n, users);
        const off = await update(
          subject,
          who,
          { op: "Replace", path: "active", value: "False" },
          `"active":false`,
        );
        return (
          off +
          (await update(subject, who, { op: "Replace", path: "active", value: "True" }, `"active":true`))
        );
      },
    },
    {
      name: "list of 100, walking",
      bar: 0.4,
      steady: true,
      baseline: (subject, n) => list(subject, `after=${idOf("seed", (n * 100) % users)}`),
      real: (subject, n) => list(subject, `startIndex=${((n * 100) % users) + 1}&count=100`),
    },
    {
      name: "list of 100, any page",
      bar: 0.4,
      steady: true,
      baseline: (subject, n) => list(subject, `after=${idOf("seed", somebody(n, users - 100))}`),
      real: (subject, n) => list(subject, `startIndex=${somebody(n, users - 100) + 1}&count=100`),
    },
    ...groupSizes.flatMap((size) => groupWorkloads(size)),
    {
      name: "first cycle (match, create, group add)",
      bar: 0.5,
      async baseline(subject) {
        const n = made++;
        await expecting(subject, match("userName", userNameOf("cycle", n)), 200);
        await expecting(
          subject,
          send("POST", `${SCIM}/Users`, { id: idOf("cycle", n), ...entraUser("cycle", n) }),
          201,
        );
        await expecting(
          subject,
          send("PATCH", `${SCIM}/Groups/${groupIdOf(groupSizes[0]!)}`, {
            op: "add",
            value: idOf("cycle", n),
          }),
          CHANGED,
        );
        return 3;
      },
      async real(subject) {
        const n = made++;
        await expecting(subject, match("userName", userNameOf("cycle", n)), 200, `"totalResults":0`);
        const { text } = await expecting(subject, send("POST", `${SCIM}/Users`, entraUser("cycle", n)), 201);
        const { id } = JSON.parse(text) as { id: string };
        await expecting(
          subject,
          send(
            "PATCH",
            `${SCIM}/Groups/${cycleGroups[n % cycleGroups.length]}`,
            patchOp({ op: "Add", path: "members", value: [{ value: id }] }),
          ),
          CHANGED,
        );
        acknowledgedMembers++;
        return 3;
      },
    },
    {
      name: "history by subject",
      baseline: (subject, n) => history(subject, somebody(n, users)),
      real: (subject, n) => history(subject, somebody(n, users)),
    },
  ];
}

/** Remove and add of one who is a member, so that the group keeps its size, and the read without members. */
export function groupWorkloads(size: number): readonly Workload[] {
  return [
    {
      name: `group of ${size}: add and remove one`,
      async baseline(subject, n) {
        const value = idOf("seed", n % size);
        await expecting(
          subject,
          send("PATCH", `${SCIM}/Groups/${groupIdOf(size)}`, { op: "remove", value }),
          CHANGED,
        );
        await expecting(
          subject,
          send("PATCH", `${SCIM}/Groups/${groupIdOf(size)}`, { op: "add", value }),
          CHANGED,
        );
        return 2;
      },
      async real(subject, n) {
        const value = [{ value: idOf("seed", n % size) }];
        await expecting(
          subject,
          send(
            "PATCH",
            `${SCIM}/Groups/${groupIdOf(size)}`,
            patchOp({ op: "Remove", path: "members", value }),
          ),
          CHANGED,
        );
        await expecting(
          subject,
          send("PATCH", `${SCIM}/Groups/${groupIdOf(size)}`, patchOp({ op: "Add", path: "members", value })),
          CHANGED,
        );
        return 2;
      },
    },
    {
      name: `group of ${size}: read without members`,
      baseline: (subject) => readGroup(subject, size),
      real: (subject) => readGroup(subject, size),
    },
  ];
}

/** The 20 groups of the first cycle, made before it is measured. */
const cycleGroups: string[] = [];
let acknowledgedMembers = 0;

export async function makeCycleGroups(real: Subject): Promise<void> {
  for (let n = 0; n < 20; n++) {
    const { text } = await expecting(
      real,
      send("POST", `${SCIM}/Groups`, {
        schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        displayName: `Cycle ${n}`,
      }),
      201,
    );
    cycleGroups.push((JSON.parse(text) as { id: string }).id);
  }
}

/** Members of the first cycle that were acknowledged and are not there. */
export async function lostCycleMembers(real: Subject): Promise<number> {
  let count = 0;
  for (const id of cycleGroups) count += await countMembers(real, id);
  return acknowledgedMembers - count;
}

/** Rejects unless the groups have as many members as before they were worked on. */
export async function requireMembers(real: Subject, groupSizes: readonly number[]): Promise<void> {
  for (const size of groupSizes) {
    const count = await countMembers(real, groupIdOf(size));
    if (count !== size) throw new Error(`${real.name}: the group of ${size} has ${count} members`);
  }
}

async function countMembers(real: Subject, id: string): Promise<number> {
  const { text } = await expecting(real, get(`${SCIM}/Groups/${id}`), 200);
  return (JSON.parse(text) as { members?: unknown[] }).members?.length ?? 0;
}

async function readById(subject: Subject, n: number): Promise<number> {
  await expecting(subject, get(`${SCIM}/Users/${idOf("seed", n)}`), 200, `"${userNameOf("seed", n)}"`);
  return 1;
}

async function updateBaseline(subject: Subject, n: number, mark: string): Promise<number> {
  await expecting(
    subject,
    send("PATCH", `${SCIM}/Users/${idOf("seed", n)}`, { ...answeredUser("seed", n), title: mark }),
    200,
    mark,
  );
  return 1;
}

async function update(subject: Subject, n: number, operation: unknown, shows: string): Promise<number> {
  await expecting(subject, send("PATCH", `${SCIM}/Users/${idOf("seed", n)}`, patchOp(operation)), 200, shows);
  return 1;
}

async function list(subject: Subject, page: string): Promise<number> {
  const { text } = await expecting(subject, get(`${SCIM}/Users?${page}`), 200);
  if (!text.includes(`"Resources":[{`)) throw new Error(`${subject.name}: an empty page for ${page}`);
  return 1;
}

async function readGroup(subject: Subject, size: number): Promise<number> {
  await expecting(
    subject,
    get(`${SCIM}/Groups/${groupIdOf(size)}?excludedAttributes=members`),
    200,
    `Group of ${size}`,
  );
  return 1;
}

async function history(subject: Subject, n: number): Promise<number> {
  await expecting(
    subject,
    get(`/api/history?filter=${encodeURIComponent(`subject eq "${idOf("seed", n)}"`)}`),
    200,
    idOf("seed", n),
  );
  return 1;
}
