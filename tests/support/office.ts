import { systemClock } from "../../src/core/clock.ts";

/**
 * Clients of a company in a busy hour. They create people, change their titles many times, add them to groups
 * and read them; they remove nobody. `people` contains what the server has acknowledged.
 */
export interface Office {
  readonly people: ReadonlyMap<string, Person>;
  readonly answers: readonly Answer[];
  stop(): Promise<void>;
}

export interface Person {
  /** The last title that was acknowledged. */
  title: string;
  /** A later title whose write got no answer or a refusal. */
  unsure?: string;
  inGroup: boolean;
}

export interface Answer {
  readonly what: string;
  readonly atMs: number;
  readonly ms: number;
  /** HTTP status. 0 if there was no answer. */
  readonly status: number;
  readonly retryAfter: string | null;
}

const CLIENTS = 4;
/** Pause between two requests of one client. */
const PAUSE_MS = 60;
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

export function openOffice(base: string, token: string): Office {
  const people = new Map<string, Person>();
  const answers: Answer[] = [];
  let stopping = false;
  let number = 0;

  async function send(what: string, method: string, path: string, body?: object) {
    const atMs = performance.now();
    const answer = await fetch(`${base}/scim/v2${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/scim+json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }).then(
      async (response) => ({
        status: response.status,
        retryAfter: response.headers.get("retry-after"),
        text: await response.text(),
      }),
      () => ({ status: 0, retryAfter: null, text: "" }),
    );
    answers.push({
      what,
      atMs,
      ms: performance.now() - atMs,
      status: answer.status,
      retryAfter: answer.retryAfter,
    });
    await systemClock.sleep(PAUSE_MS);
    return { isDone: answer.status >= 200 && answer.status < 300, text: answer.text };
  }

  const patch = (what: string, path: string, ...Operations: object[]) =>
    send(what, "PATCH", path, { schemas: [PATCH], Operations });

  async function retitle(id: string, title: string): Promise<void> {
    const person = people.get(id)!;
    person.unsure = title;
    const { isDone } = await patch("change a title", `/Users/${id}`, {
      op: "replace",
      path: "title",
      value: title,
    });
    if (!isDone) return;
    person.title = title;
    delete person.unsure;
  }

  async function client(at: number): Promise<void> {
    const group = await makeGroup(at);
    const mine: string[] = [];
    for (let round = 0; !stopping; round++) {
      number += 1;
      const [userName, title] = [`person.${number}@example.com`, `Title ${number}`];
      const made = await send("create a person", "POST", "/Users", {
        schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
        userName,
        displayName: `Person ${number}`,
        title,
        phoneNumbers: [{ type: "mobile", value: `+852 9${String(number).padStart(7, "0")}` }],
      });
      await send(
        "look a person up",
        "GET",
        `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`,
      );
      if (!made.isDone) continue;
      const { id } = JSON.parse(made.text) as { readonly id: string };
      people.set(id, { title, inGroup: false });
      mine.push(id);
      const joined = await patch("join a group", `/Groups/${group}`, {
        op: "add",
        path: "members",
        value: [{ value: id }],
      });
      people.get(id)!.inGroup = joined.isDone;
      // Changes the title of an earlier person of this client. Only one client writes each person, so the
      // last title is known.
      const other = mine[(round * 7) % mine.length]!;
      await retitle(other, `Title of ${other} ${round}`);
    }
  }

  async function makeGroup(at: number): Promise<string> {
    const body = {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"],
      displayName: `Office/Team ${at}`,
    };
    const { isDone, text } = await send("create a group", "POST", "/Groups", body);
    if (!isDone) throw new Error(`the create of a group failed: ${text}`);
    return (JSON.parse(text) as { readonly id: string }).id;
  }

  const running = Promise.all(Array.from({ length: CLIENTS }, (_, at) => client(at)));
  // `stop` reports a failure.
  running.catch(() => undefined);
  return {
    people,
    answers,
    async stop() {
      stopping = true;
      await running;
    },
  };
}
