import { systemClock } from "../../../src/core/clock.ts";

/** One request and its result. */
export interface Sent {
  readonly atMs: number;
  readonly ms: number;
  readonly kind: "write" | "read";
  /** HTTP status. 0 if there was no answer. */
  readonly status: number;
  readonly retryAfter: string | null;
  /** Id of the created person. */
  readonly id?: string;
}

export interface Load {
  readonly sent: readonly Sent[];
  /** Resolves with the first request that was sent after `fromMs` and got an answer of 2xx. */
  firstGood(fromMs: number): Promise<Sent>;
  stop(): Promise<void>;
}

const PAUSE_MS = 20;

/** Starts clients that create and read people until `stop`. Each sends one request after the other. */
export function startLoad(base: string, token: string, clients = 6): Load {
  const sent: Sent[] = [];
  let stopping = false;
  let number = 0;

  async function send(kind: Sent["kind"], path: string, body?: object): Promise<Sent> {
    const atMs = performance.now();
    const answer = await fetch(`${base}${path}`, {
      method: body ? "POST" : "GET",
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
    const { status, retryAfter, text } = answer;
    const id: { id?: string } = status === 201 ? { id: (JSON.parse(text) as { id: string }).id } : {};
    return { atMs, ms: performance.now() - atMs, kind, status, retryAfter, ...id };
  }

  async function client(): Promise<void> {
    while (!stopping) {
      number += 1;
      const name = `person.${number}@example.com`;
      sent.push(
        await send("write", "/scim/v2/Users", {
          schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
          userName: name,
          displayName: `Person ${number}`,
          phoneNumbers: [{ type: "mobile", value: `+852 9${String(number).padStart(7, "0")}` }],
        }),
      );
      sent.push(await send("read", `/scim/v2/Users?filter=${encodeURIComponent(`userName eq "${name}"`)}`));
      await systemClock.sleep(PAUSE_MS);
    }
  }

  const running = Promise.all(Array.from({ length: clients }, client));
  return {
    sent,
    async firstGood(fromMs) {
      for (;;) {
        const good = sent.find(({ atMs, status }) => atMs >= fromMs && status < 300 && status > 0);
        if (good) return good;
        await systemClock.sleep(10);
      }
    },
    async stop() {
      stopping = true;
      await running;
    },
  };
}
