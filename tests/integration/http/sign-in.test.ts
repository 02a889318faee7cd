import { systemClock } from "../../../src/core/clock.ts";
import {
  type IdentityProvider,
  openIdentityProvider,
  type Spoilt,
} from "../../support/identity/identity-provider.ts";
import { openProduct, type Product } from "../../support/product.ts";
import { createLineLogger } from "./door.ts";

/*
 * Signing in by an identity provider, with oidc-provider as one. What a browser does is done by hand here;
 * tests/browser does it in one.
 */

const PUBLIC_URL = "http://127.0.0.1:8080";
const MINUTE = 60_000;

let aheadMs = 0;
/** A minute for each test: so many refusals of one address are logged in one. */
let tests = 0;
const clock = {
  ...systemClock,
  now: () => new Date(Date.now() + aheadMs),
  monotonicMs: () => systemClock.monotonicMs() + tests * MINUTE,
};
const { lines, logger } = createLineLogger();
let provider: IdentityProvider;
let product: Product;

beforeAll(async () => {
  provider = await openIdentityProvider(PUBLIC_URL);
  product = await openProduct({ clock, logger, settings: provider.settings });
});
afterAll(async () => {
  await product.close();
  await provider.close();
});
beforeEach(() => {
  aheadMs = 0;
  tests += 1;
  lines.length = 0;
  Object.assign(provider, { spoil: undefined, isDown: false, isForgetful: false, isBlocking: false });
  provider.person = { ...provider.person, roles: ["admin"] };
});

interface Answer {
  readonly status: number;
  readonly location: string | null;
  readonly cookies: readonly string[];
}

/** As a browser asks for a page. */
async function page(
  path: string,
  cookie = "",
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const answer = await fetch(product.base + path, {
    redirect: "manual",
    headers: { accept: "text/html", cookie, ...headers },
  });
  await answer.arrayBuffer();
  return {
    status: answer.status,
    location: answer.headers.get("location"),
    cookies: answer.headers.getSetCookie(),
  };
}

const valueIn = ({ cookies }: Answer, name: string): string =>
  cookies.find((each) => each.startsWith(`${name}=`) && !each.startsWith(`${name}=;`))?.split(";")[0] ?? "";

interface Begun {
  /** Of the browser, for our server. */
  readonly cookie: string;
  /** Path and query of the way back. */
  readonly back: string;
}

/** From our page to the provider, until it sends the browser back. */
async function begin(path = "/auth/login"): Promise<Begun> {
  const away = await page(path);
  const jar = new Map<string, string>();
  let at = away.location ?? "";
  for (let steps = 0; steps < 6 && !at.startsWith(PUBLIC_URL); steps++) {
    const cookie = [...jar].map((pair) => pair.join("=")).join("; ");
    const answer = await fetch(at, { redirect: "manual", headers: { cookie } });
    for (const each of answer.headers.getSetCookie()) {
      const [name = "", ...value] = each.split(";")[0]!.split("=");
      jar.set(name, value.join("="));
    }
    at = new URL(answer.headers.get("location") ?? "", at).href;
  }
  return { cookie: valueIn(away, "dingtalk-scim-login"), back: at.slice(PUBLIC_URL.length) };
}

async function signIn(path?: string) {
  const { cookie, back } = await begin(path);
  const answer = await page(back, cookie);
  return { ...answer, session: valueIn(answer, "dingtalk-scim"), cookie, back };
}

const whoIs = async (cookie: string) =>
  (await product.send("GET", "/auth/session", { token: "", headers: { cookie } })).body;
const statusOf = async (cookie: string) =>
  (await product.send("GET", "/auth/session", { token: "", headers: { cookie } })).status;
const refusedFor = (location: string | null): string | null =>
  new URL(location ?? "", PUBLIC_URL).searchParams.get("refused");
const lastLine = () => lines.filter(({ message }) => message === "a credential was refused").at(-1)?.fields;
const closings = async () =>
  (await product.pool.query("select detail from history where code = 'session.closed' order by id")).rows.map(
    ({ detail }) => JSON.parse(detail).reason,
  );

test("the page learns that there is a provider", async () => {
  expect((await product.send("GET", "/auth/methods", { token: "" })).body).toEqual({
    methods: ["provider", "token"],
  });
});

test("somebody signs in by the provider, with their roles, and comes to where they were going", async () => {
  provider.person = { ...provider.person, roles: ["approver", "operator", "of another app"] };
  const { location, session, cookies } = await signIn(
    `/auth/login?return=${encodeURIComponent("/holds/7?x=1")}`,
  );
  expect(location).toBe("/holds/7?x=1");
  expect(cookies).toEqual([
    expect.stringMatching(/^dingtalk-scim-login=; Max-Age=0/),
    expect.stringMatching(/^dingtalk-scim=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/),
  ]);
  const who = await whoIs(session);
  expect(who).toMatchObject({
    actor: `user:${provider.person.sub}`,
    name: "Wong Siu Ling 黃小玲",
    roles: ["approver", "operator"],
    scopes: ["history:read", "history:personal"],
    rights: ["operate", "approve"],
  });
  const { rows } = await product.pool.query(
    "select actor, detail from history where code = 'session.opened' order by id desc limit 1",
  );
  expect(rows[0].actor).toBe(who.actor);
  expect(JSON.parse(rows[0].detail)).toMatchObject({ by: "provider", roles: ["approver", "operator"] });
});

test("PKCE, state and nonce go along, and nothing of the secret", async () => {
  provider.asked.length = 0;
  await begin();
  const [asked] = provider.asked;
  expect(Object.fromEntries(asked!)).toEqual({
    client_id: provider.settings.OIDC_CLIENT_ID,
    redirect_uri: `${PUBLIC_URL}/auth/callback`,
    response_type: "code",
    scope: "openid profile offline_access",
    code_challenge_method: "S256",
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    state: expect.stringMatching(/^[\w-]{43}$/),
    nonce: expect.stringMatching(/^[\w-]{43}$/),
  });
});

test("neither the cookie's secret nor the refresh token can be read in the database", async () => {
  const { session } = await signIn();
  const { rows } = await product.pool.query(
    "select sealed_refresh from sessions order by opened_at desc limit 1",
  );
  expect(rows[0].sealed_refresh.length).toBeGreaterThan(40);
  expect(rows[0].sealed_refresh.toString("latin1")).not.toContain(session.slice(14, 30));
});

test.each<[string, string, string]>([
  ["another host", "//evil.example/x", "/"],
  ["another host, as browsers read it", "/\\evil.example", "/"],
  ["another origin", "https://evil.example/", "/"],
  ["a view of ours", "/people?q=a%20b", "/people?q=a%20b"],
  ["an address that is too long", `/${"x".repeat(2_000)}`, "/"],
])("the way back from the provider: %s", async (_name, asked, expected) => {
  expect((await signIn(`/auth/login?return=${encodeURIComponent(asked)}`)).location).toBe(expected);
});

describe("an ID token that does not count lets nobody in", () => {
  test.each<[string, (claims: Record<string, unknown>) => Spoilt, string, RegExp]>([
    ["a forged signature", () => ({ forged: true }), "oidcToken", /signature verification failed/],
    ["no signature", (claims) => ({ text: unsigned(claims) }), "oidcToken", /alg|signature/],
    ["another nonce", (claims) => ({ claims: { ...claims, nonce: "x".repeat(43) } }), "oidcToken", /nonce/],
    ["no nonce", ({ nonce: _, ...claims }) => ({ claims }), "oidcToken", /nonce/],
    ["another audience", (claims) => ({ claims: { ...claims, aud: "another-client" } }), "oidcToken", /aud/],
    [
      "a second audience",
      (claims) => ({ claims: { ...claims, aud: [claims["aud"] as string, "another-client"] } }),
      "oidcToken",
      /aud|azp/,
    ],
    [
      "another issuer",
      (claims) => ({ claims: { ...claims, iss: "https://login.example/other/v2.0" } }),
      "oidcToken",
      /iss/,
    ],
    [
      "an end in the past",
      (claims) => ({ claims: { ...claims, exp: Math.floor(Date.now() / 1_000) - 120 } }),
      "oidcToken",
      /exp/,
    ],
    ["no end", ({ exp: _, ...claims }) => ({ claims }), "oidcToken", /exp/],
    [
      "another tenant",
      (claims) => ({ claims: { ...claims, tid: "11111111-2222-4333-8444-555555555555" } }),
      "oidcTenant",
      /tenant/,
    ],
    ["no tenant", ({ tid: _, ...claims }) => ({ claims }), "oidcTenant", /tenant/],
    ["no roles", ({ roles: _, ...claims }) => ({ claims }), "oidcNoRole", /role/],
    [
      "roles of other applications",
      (claims) => ({ claims: { ...claims, roles: ["Admin", "__proto__"] } }),
      "oidcNoRole",
      /role/,
    ],
    [
      "a subject that is no text",
      (claims) => ({ claims: { ...claims, sub: "with a space" } }),
      "oidcToken",
      /subject/,
    ],
    ["something that is no token", () => ({ text: "x.y.z" }), "oidcToken", /./],
  ])("%s", async (_name, spoil, code, reason) => {
    provider.spoil = spoil as IdentityProvider["spoil"];
    const { location, session, status } = await signIn();
    expect([status, refusedFor(location), session]).toEqual([303, code, ""]);
    expect(lastLine()).toMatchObject({
      reasonCode: code,
      reason: expect.stringMatching(reason),
      path: "/auth/callback",
    });
    expect(location).toContain(`request=${lastLine()?.["requestId"]}`);
    const open = await product.pool.query("select count(*)::int as n from sessions");
    await signIn();
    expect((await product.pool.query("select count(*)::int as n from sessions")).rows[0].n).toBe(
      open.rows[0].n,
    );
  });
});

describe("an answer that does not belong to this browser and this try lets nobody in", () => {
  test("used twice, state and code", async () => {
    const { cookie, back } = await begin();
    expect((await page(back, cookie)).location).toBe("/");
    const again = await page(back, cookie);
    expect([refusedFor(again.location), valueIn(again, "dingtalk-scim")]).toEqual(["oidcReplayed", ""]);
    expect(lastLine()).toMatchObject({ reasonCode: "oidcReplayed" });
  });

  test("used by twenty at once, it lets one in", async () => {
    const { cookie, back } = await begin();
    const answers = await Promise.all(Array.from({ length: 20 }, () => page(back, cookie)));
    expect(answers.filter(({ location }) => location === "/")).toHaveLength(1);
  });

  test("a code of before with a try of now", async () => {
    const before = await begin();
    await page(before.back, before.cookie);
    const now = await begin();
    const code = new URLSearchParams(before.back.split("?")[1]).get("code")!;
    const query = new URLSearchParams(now.back.split("?")[1]);
    query.set("code", code);
    const answer = await page(`/auth/callback?${query}`, now.cookie);
    expect(refusedFor(answer.location)).toBe("oidcDenied");
    expect(lastLine()?.["reason"]).toContain("invalid_grant");
  });

  test("a code of another browser: PKCE", async () => {
    const [victim, thief] = [await begin(), await begin()];
    const query = new URLSearchParams(thief.back.split("?")[1]);
    query.set("code", new URLSearchParams(victim.back.split("?")[1]).get("code")!);
    expect(refusedFor((await page(`/auth/callback?${query}`, thief.cookie)).location)).toBe("oidcDenied");
  });

  test.each<[string, (begun: Begun) => Begun]>([
    ["without the cookie of the try", (begun) => ({ ...begun, cookie: "" })],
    [
      "with a cookie that was made up",
      (begun) => ({
        ...begun,
        cookie: `dingtalk-scim-login=${Date.now().toString(36)}.${"x".repeat(43)}.0.`,
      }),
    ],
    [
      "with another state",
      ({ cookie, back }) => ({ cookie, back: back.replace(/state=[^&]*/, `state=${"x".repeat(43)}`) }),
    ],
    ["without a state", ({ cookie, back }) => ({ cookie, back: back.replace(/state=[^&]*/, "") })],
    ["with a return address that was changed", ({ cookie, back }) => ({ cookie: `${cookie}L2V2aWw`, back })],
  ])("%s", async (_name, change) => {
    const { cookie, back } = change(await begin());
    const answer = await page(back, cookie);
    expect([refusedFor(answer.location), valueIn(answer, "dingtalk-scim")]).toEqual(["oidcState", ""]);
  });

  test("eleven minutes later", async () => {
    const { cookie, back } = await begin();
    aheadMs = 11 * MINUTE;
    expect(refusedFor((await page(back, cookie)).location)).toBe("oidcState");
  });

  test("of another issuer, by its own word (RFC 9207)", async () => {
    const { cookie, back } = await begin();
    const query = new URLSearchParams(back.split("?")[1]);
    query.set("iss", "https://login.example/other/v2.0");
    expect(refusedFor((await page(`/auth/callback?${query}`, cookie)).location)).toBe("oidcToken");
  });

  test("a refusal of the provider is told as one", async () => {
    const { cookie, back } = await begin();
    const query = new URLSearchParams(back.split("?")[1]);
    query.delete("code");
    query.set("error", "access_denied");
    query.set("error_description", "<b>secret</b>");
    expect(refusedFor((await page(`/auth/callback?${query}`, cookie)).location)).toBe("oidcDenied");
    expect(lastLine()?.["reason"]).toBe("the provider says access_denied");
  });

  test("a program is answered with a status", async () => {
    expect((await product.send("GET", "/auth/callback?code=x&state=y", { token: "" })).status).toBe(401);
  });

  test("a look alone uses nothing up", async () => {
    const { cookie, back } = await begin();
    const head = await fetch(product.base + back, {
      method: "HEAD",
      redirect: "manual",
      headers: { cookie },
    });
    expect(head.status).toBe(401);
    expect((await page(back, cookie, { "sec-purpose": "prefetch" })).status).toBe(303);
    expect((await page(back, cookie)).location).toBe("/");
  });
});

test("a provider that is down keeps nobody from starting or from tokens, and is told as what it is", async () => {
  provider.isDown = true;
  const fresh = await openProduct({ clock, logger, settings: provider.settings });
  try {
    const answer = await fetch(`${fresh.base}/auth/login`, {
      redirect: "manual",
      headers: { accept: "text/html" },
    });
    expect(refusedFor(answer.headers.get("location"))).toBe("oidcUnavailable");
    expect(
      (await fresh.send("POST", "/auth/session", { token: "", body: { token: fresh.bootstrap } })).status,
    ).toBe(200);
    provider.isDown = false;
    expect(
      (await fetch(`${fresh.base}/auth/login`, { redirect: "manual" })).headers.get("location"),
    ).toContain(provider.issuer);
  } finally {
    await fresh.close();
  }
});

test("a provider that goes down between the way there and the way back lets nobody in", async () => {
  const { cookie, back } = await begin();
  provider.isDown = true;
  expect(refusedFor((await page(back, cookie)).location)).toBe("oidcUnavailable");
});

test("a key that the provider changed to counts at once", async () => {
  await signIn();
  for (let n = 0; n < 2; n++) {
    await provider.rotate();
    expect((await signIn()).location).toBe("/");
  }
});

test("a dangerous act needs a proof of the last five minutes, and a sign-in that asked for one gives it", async () => {
  provider.asked.length = 0;
  const approve = async (cookie: string) => {
    const { csrf } = await whoIs(cookie);
    const headers = { cookie, origin: PUBLIC_URL, "sec-fetch-site": "same-origin", "x-csrf-token": csrf };
    return product.send("POST", "/api/sync/holds/2819c223-7f76-453a-919d-413861904646/approve", {
      ...{ token: "", headers },
      body: { digest: "x", count: 1 },
    });
  };
  // Whoever is signed in at the provider may have proved it long ago.
  const quiet = await signIn();
  expect((await approve(quiet.session)).body.code).toBe("SIGN_IN_AGAIN");
  const fresh = await signIn("/auth/login?fresh&return=/holds/1");
  expect(provider.asked.at(-1)?.get("prompt")).toBe("login");
  expect(fresh.location).toBe("/holds/1");
  expect((await approve(fresh.session)).status).toBe(404);
  aheadMs = 6 * MINUTE;
  expect((await approve(fresh.session)).body.code).toBe("SIGN_IN_AGAIN");
  // A provider that tells the time of the proof is believed, also when it was asked for a new one.
  aheadMs = 0;
  provider.spoil = (claims) => ({ claims: { ...claims, auth_time: Math.floor(Date.now() / 1_000) - 3_600 } });
  expect((await approve((await signIn("/auth/login?fresh")).session)).body.code).toBe("SIGN_IN_AGAIN");
  provider.spoil = (claims) => ({ claims: { ...claims, auth_time: Math.floor(Date.now() / 1_000) - 10 } });
  expect((await approve((await signIn()).session)).status).toBe(404);
});

describe("every quarter of an hour the roles are looked at again", () => {
  const afterQuarter = async (cookie: string) => {
    aheadMs += 16 * MINUTE;
    return whoIs(cookie);
  };

  /**
   * No answer waits until the use of a session is stored, and a session without use ends after half an hour.
   * The last session: those of earlier tests may have been used later.
   */
  const isNoted = (minutes: number) =>
    product.until(async () => {
      const { rows } = await product.pool.query(
        "select used_at > now() + $1 * interval '1 minute' as noted from sessions order by id desc limit 1",
        [minutes],
      );
      return rows[0].noted;
    });

  test("and are those of now, as often as it takes", async () => {
    const { session } = await signIn();
    provider.person = { ...provider.person, roles: ["viewer"] };
    expect((await whoIs(session)).roles).toEqual(["admin"]);
    expect(await afterQuarter(session)).toMatchObject({
      roles: ["viewer"],
      scopes: ["history:read"],
      rights: [],
    });
    await isNoted(15);
    provider.person = { ...provider.person, roles: ["auditor", "operator"] };
    expect((await afterQuarter(session)).rights).toEqual(["operate", "oversee"]);
    expect(await statusOf(session)).toBe(200);
  });

  test("and whoever has lost them is out", async () => {
    const { session } = await signIn();
    provider.person = { ...provider.person, roles: undefined };
    aheadMs = 14 * MINUTE;
    expect(await statusOf(session)).toBe(200);
    aheadMs = 16 * MINUTE;
    expect(await statusOf(session)).toBe(401);
    expect((await closings()).at(-1)).toBe("roleLost");
  });

  test("and whoever the provider does not know any more is out", async () => {
    const { session } = await signIn();
    provider.isBlocking = true;
    aheadMs = 16 * MINUTE;
    expect(await statusOf(session)).toBe(401);
    expect((await closings()).at(-1)).toBe("signInEnded");
  });

  test("and who was somebody else is out", async () => {
    const { session } = await signIn();
    provider.spoil = (claims) => ({ claims: { ...claims, sub: "somebody-else" } });
    aheadMs = 16 * MINUTE;
    expect(await statusOf(session)).toBe(401);
  });

  test("by one of many requests", async () => {
    const { session } = await signIn();
    aheadMs = 16 * MINUTE;
    expect(await Promise.all(Array.from({ length: 12 }, () => statusOf(session)))).toEqual(
      Array(12).fill(200),
    );
  });

  test("and a provider that is down for less than a quarter of an hour keeps nobody out", async () => {
    const { session } = await signIn();
    provider.isDown = true;
    aheadMs = 16 * MINUTE;
    expect(await statusOf(session)).toBe(200);
    aheadMs = 29 * MINUTE;
    expect(await statusOf(session)).toBe(200);
    await isNoted(20);
    aheadMs = 31 * MINUTE;
    expect(await statusOf(session)).toBe(401);
    expect((await closings()).at(-1)).toBe("providerSilent");
  });

  test("and without a refresh token the sign-in ends", async () => {
    provider.isForgetful = true;
    const { session } = await signIn();
    aheadMs = 14 * MINUTE;
    expect(await statusOf(session)).toBe(200);
    aheadMs = 16 * MINUTE;
    expect(await statusOf(session)).toBe(401);
  });
});

test("roles may have other names, in another claim", async () => {
  const settings = {
    ...provider.settings,
    OIDC_ROLES_CLAIM: "realm_access.roles",
    OIDC_ROLE_NAMES: "cn=it, SCIM-Admins=admin,a=b=viewer",
  };
  await expect(openProduct({ settings })).rejects.toThrow();
  const other = await openProduct({
    settings: { ...settings, OIDC_ROLE_NAMES: "SCIM-Admins=admin,a=b=viewer" },
  });
  try {
    provider.spoil = (claims) => ({
      claims: { ...claims, realm_access: { roles: ["SCIM-Admins", "operator", "a=b"] } },
    });
    const { cookie, back } = await begin();
    const answer = await fetch(other.base + back, {
      redirect: "manual",
      headers: { cookie, accept: "text/html" },
    });
    const session = answer.headers.getSetCookie().at(-1)!.split(";")[0]!;
    const { body } = await other.send("GET", "/auth/session", { token: "", headers: { cookie: session } });
    expect(body.roles).toEqual(["admin", "viewer"]);
  } finally {
    await other.close();
  }
});

test("without a provider there is none to sign in by", async () => {
  const plain = await openProduct();
  try {
    expect((await plain.send("GET", "/auth/methods", { token: "" })).body).toEqual({ methods: ["token"] });
    expect((await plain.send("GET", "/auth/login", { token: "" })).status).toBe(404);
    expect((await plain.send("GET", "/auth/callback", { token: "" })).status).toBe(404);
  } finally {
    await plain.close();
  }
});

function unsigned(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.`;
}

test("what they did names them, for those who may see values", async () => {
  await signIn();
  const actor = `user:${provider.person.sub}`;
  const filter = encodeURIComponent(`actor eq "${actor}"`);
  const shown = async (token?: string) =>
    (await product.send("GET", `/api/history?filter=${filter}&count=1`, token === undefined ? {} : { token }))
      .body.events[0];
  expect(await shown()).toMatchObject({ actor, actorName: provider.person.name });
  expect(await shown(await product.token(["history:read"]))).not.toHaveProperty("actorName");
  // The name is no part of what was sealed.
  expect((await shown()).open).not.toContain(provider.person.name);
});
