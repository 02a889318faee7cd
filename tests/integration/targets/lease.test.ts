import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:net";
import { systemClock } from "../../../src/core/clock.ts";
import type { Deadline } from "../../../src/core/deadline.ts";
import { TargetLeaseEnded, TargetOutcomeUnknown } from "../../../src/reconcile/target-failures.ts";
import { failureOf, newRef, person } from "./organisation.ts";
import { openScripted, type ScriptedServer } from "./scripted.ts";

/* No request is written after the run has lost its lease, however long the waits before were. */

let server: ScriptedServer;
afterEach(() => server.close());

const signal = new AbortController().signal;
const over: Deadline = { leftMs: () => 0 };
const CREATE = "/topapi/v2/user/create";
const TOKENS = "/v1.0/oauth2/accessToken";

const paths = () => server.heard.map(({ path }) => path).filter((path) => path !== TOKENS);

/** Over as soon as `condition` holds. */
const overWhen = (condition: () => boolean): Deadline => ({ leftMs: () => (condition() ? 0 : 10_000) });

test("a call whose deadline is over is not sent, and is on no record", async () => {
  server = await openScripted(() => undefined);
  const error = await failureOf(
    server.target.create(newRef("user"), person(1), { signal, deadline: over, resume: false }),
  );
  expect(error).toBeInstanceOf(TargetLeaseEnded);
  expect(error).toMatchObject({ begun: false });
  expect(paths()).toEqual([]);
  // A lost lease says nothing about DingTalk.
  expect(server.limiter.pauses).toEqual([]);
});

test("the wait for a token does not carry a call over its deadline", async () => {
  server = await openScripted(() => undefined);
  const deadline = overWhen(() => server.heard.some(({ path }) => path === TOKENS));
  expect(await failureOf(server.target.read("user", "u1", { signal, deadline }))).toBeInstanceOf(
    TargetLeaseEnded,
  );
  expect(paths()).toEqual([]);
});

test("a token is fetched for everybody, also when the one who asked has no time left", async () => {
  server = await openScripted(() => undefined);
  await failureOf(server.target.read("user", "u1", { signal, deadline: over }));
  expect(server.heard.map(({ path }) => path)).toEqual([TOKENS]);
});

test("the second call of one operation is not sent, and the outcome is open where the first was carried out", async () => {
  server = await openScripted(() => undefined);
  const deadline = overWhen(() => paths().length === 1);
  const actual = {
    remoteId: "u1",
    attributes: { exclusive_account_type: "sso" },
    presence: "disabled",
  } as const;
  const suspended = { ...actual, presence: "active" } as const;
  const removing = await failureOf(server.target.remove(newRef("user"), actual, { signal, deadline }));
  expect(removing).toMatchObject({ code: "TARGET_LEASE_ENDED", begun: false });
  expect(paths()).toEqual(["/topapi/v2/user/get"]);

  const signingOut = overWhen(() => paths().includes("/v1.0/contact/orgAccounts/disable"));
  const error = await failureOf(
    server.target.setSuspended(newRef("user"), suspended, true, { signal, deadline: signingOut }),
  );
  expect(error).toMatchObject({ code: "TARGET_LEASE_ENDED", begun: true });
  expect(paths()).not.toContain("/v1.0/contact/orgAccounts/signOut");
});

test("an answer is not waited for beyond the deadline", async () => {
  server = await openScripted((call) => (call.path === CREATE ? "silence" : undefined));
  const begunMs = systemClock.monotonicMs();
  const deadline: Deadline = { leftMs: () => begunMs + 300 - systemClock.monotonicMs() };
  expect(
    await failureOf(server.target.create(newRef("user"), person(1), { signal, deadline, resume: false })),
  ).toBeInstanceOf(TargetOutcomeUnknown);
  expect(systemClock.monotonicMs() - begunMs).toBeLessThan(5_000);
});

test("a connection that took long is not written to any more", async () => {
  server = await openScripted(() => undefined);
  await server.target.read("user", "u1", { signal }).catch(() => undefined);
  const received: Buffer[] = [];
  let connected = false;
  const slow: Server = createServer((socket) => {
    socket.on("data", (chunk) => received.push(chunk));
    socket.on("error", () => undefined);
    connected = true;
  });
  await new Promise<void>((resolve) => slow.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
  const other = await openScripted(() => undefined, { oapiUrl: url });
  // Fine at the door, over when the connection stands.
  let looks = 0;
  const deadline: Deadline = { leftMs: () => (looks++ === 0 ? 10_000 : 0) };
  expect(await failureOf(other.target.read("user", "u1", { signal, deadline }))).toBeInstanceOf(
    TargetLeaseEnded,
  );
  while (!connected) await systemClock.sleep(5);
  await other.close();
  await new Promise<void>((resolve) => slow.close(() => resolve()));
  expect(Buffer.concat(received).toString()).toBe("");
});
