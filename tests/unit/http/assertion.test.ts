import {
  type CryptoKey,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  type JWTPayload,
  type JWTVerifyGetKey,
  SignJWT,
} from "jose";
import {
  type AssertionRefusal,
  type AssertionVerdict,
  verifyAssertion,
} from "../../../src/http/auth/federation/assertion.ts";

const NOW = new Date("2026-11-22T08:00:00Z");
const now = NOW.getTime() / 1_000;
const trust = {
  issuer: "https://login.example/t1/v2.0",
  subject: "workload",
  audiences: ["api://app", "api://app/scim.example"],
  tenantId: "t1",
};
type Claims = Readonly<Record<string, unknown>>;
const GOOD: Claims = {
  iss: trust.issuer,
  sub: "workload",
  aud: "api://app",
  tid: "t1",
  iat: now,
  nbf: now,
  exp: now + 3_900,
};

let rsa: { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey };
let ec: typeof rsa;
let other: typeof rsa;
let keys: JWTVerifyGetKey;

beforeAll(async () => {
  [rsa, other, ec] = await Promise.all([
    generateKeyPair("RS256"),
    generateKeyPair("RS256"),
    generateKeyPair("ES256"),
  ]);
  keys = createLocalJWKSet({
    keys: [
      { ...(await exportJWK(rsa.publicKey)), kid: "rsa", use: "sig" },
      { ...(await exportJWK(ec.publicKey)), kid: "ec", use: "sig" },
    ],
  });
});

/** Claims of any form: what is wrong with them is the question. */
const sign = (claims: Claims, header: object = {}, key: CryptoKey | Uint8Array = rsa.privateKey) =>
  new SignJWT(claims as JWTPayload)
    .setProtectedHeader({ alg: "RS256", kid: "rsa", typ: "JWT", ...header })
    .sign(key);
const judge = (assertion: string) => verifyAssertion(assertion, { trust, keys, now: NOW });
const refused = (reason: AssertionRefusal): AssertionVerdict => ({ ok: false, reason });

test.each<[string, Claims, Partial<AssertionVerdict>]>([
  ["as Entra sends it", {}, { ok: true, jti: undefined }],
  ["with an id", { jti: "one" }, { ok: true, jti: "one" }],
  ["for the other audience", { aud: "api://app/scim.example" }, { ok: true }],
  ["for a list of one audience", { aud: ["api://app"] }, { ok: true }],
  ["that ended within the minute of skew", { exp: now - 59 }, { ok: true }],
  ["of a clock that is a minute ahead", { iat: now + 60, nbf: now + 60 }, { ok: true }],
  ["that is two hours old", { iat: now - 7_200, nbf: now - 7_200 }, { ok: true }],
  ["of another issuer", { iss: "https://login.example/t2/v2.0" }, refused("iss is not the issuer")],
  ["of an issuer that begins alike", { iss: `${trust.issuer}/` }, refused("iss is not the issuer")],
  ["without issuer", { iss: undefined }, refused("a claim is missing")],
  ["of another subject", { sub: "Workload" }, refused("sub is not the subject")],
  ["without subject", { sub: undefined }, refused("a claim is missing")],
  ["for another audience", { aud: "api://other" }, refused("aud is not one of the audiences")],
  [
    "for an audience that begins alike",
    { aud: "api://app/.default" },
    refused("aud is not one of the audiences"),
  ],
  ["for others as well", { aud: ["api://app", "api://other"] }, refused("aud is not one of the audiences")],
  ["without audience", { aud: undefined }, refused("a claim is missing")],
  ["of another tenant", { tid: "t2" }, refused("tid is not the tenant")],
  ["without tenant", { tid: undefined }, refused("tid is not the tenant")],
  [
    "of an app that acts for a person",
    { scp: "user_impersonation" },
    refused("it acts for a signed-in person"),
  ],
  ["that has expired", { exp: now - 60 }, refused("it has expired")],
  ["without end", { exp: undefined }, refused("a claim is missing")],
  ["without beginning", { iat: undefined }, refused("a claim is missing")],
  ["that is older than two hours", { iat: now - 7_261 }, refused("it is too old")],
  ["made in the future", { iat: now + 61 }, refused("it is not valid yet")],
  ["not valid yet", { nbf: now + 61 }, refused("it is not valid yet")],
  ["with times in words", { exp: "tomorrow" }, refused("it cannot be read")],
  ["with an id that is no text", { jti: 7 }, refused("it cannot be read")],
])("an assertion %s", async (_name, change, expected) => {
  expect(await judge(await sign({ ...GOOD, ...change }))).toMatchObject(expected);
});

test("is over for good when its end, or two hours, have passed", async () => {
  const endOf = async (change: Claims) => {
    const verdict = await judge(await sign({ ...GOOD, ...change }));
    return verdict.ok ? verdict.endsAt.getTime() / 1_000 - now : undefined;
  };
  expect(await endOf({})).toBe(3_900 + 60);
  expect(await endOf({ exp: 1e15 })).toBe(7_200 + 60);
});

test("ES256 is as good", async () => {
  expect((await judge(await sign(GOOD, { alg: "ES256", kid: "ec" }, ec.privateKey))).ok).toBe(true);
});

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

test.each<[string, () => Promise<string> | string, AssertionRefusal]>([
  ["signed with another key", () => sign(GOOD, {}, other.privateKey), "its signature is wrong"],
  ["of an unknown key", () => sign(GOOD, { kid: "none such" }), "its key is not published"],
  ["that names no key", () => sign(GOOD, { kid: undefined }), "it cannot be read"],
  [
    "that brings its key along",
    async () => sign(GOOD, { jwk: await exportJWK(other.publicKey) }, other.privateKey),
    "its signature is wrong",
  ],
  [
    "that says where its key is",
    () => sign(GOOD, { jku: "https://evil.example/keys" }, other.privateKey),
    "its signature is wrong",
  ],
  [
    "of algorithm none",
    () => `${part({ alg: "none", kid: "rsa" })}.${part(GOOD)}.`,
    "its algorithm is not allowed",
  ],
  [
    "of a shared secret",
    () => sign(GOOD, { alg: "HS256" }, new Uint8Array(32)),
    "its algorithm is not allowed",
  ],
  [
    "of PS256",
    () => `${part({ alg: "PS256", kid: "rsa" })}.${part(GOOD)}.AAAA`,
    "its algorithm is not allowed",
  ],
  [
    "with an extension nobody knows",
    () => `${part({ alg: "RS256", kid: "rsa", crit: ["x"], x: 1 })}.${part(GOOD)}.AAAA`,
    "it cannot be read",
  ],
  [
    "changed on the way",
    async () => (await sign(GOOD)).replace(/\.[^.]+\./, `.${part({ ...GOOD, sub: "x" })}.`),
    "its signature is wrong",
  ],
  ["that is no JWT", () => "x.y.z", "it cannot be read"],
  ["that is a text", () => "assertion", "it cannot be read"],
])("an assertion %s is refused", async (_name, make, reason) => {
  expect(await judge(await make())).toEqual(refused(reason));
});

test("keys that cannot be had are no verdict", async () => {
  const away: JWTVerifyGetKey = () => Promise.reject(new RangeError("away"));
  await expect(verifyAssertion(await sign(GOOD), { trust, keys: away, now: NOW })).rejects.toThrow(
    RangeError,
  );
});
