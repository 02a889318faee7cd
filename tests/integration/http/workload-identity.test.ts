import { decodeJwt } from "jose";
import { systemClock } from "../../../src/core/clock.ts";
import { type Issuer, openIssuer } from "../../support/identity/issuer.ts";
import { openProduct, type Product } from "../../support/product.ts";

/*
 * Federated identity in Microsoft's validation of a gallery application (docs/clients.md 1.4): against the
 * product as it is composed, with a real database.
 */

let issuer: Issuer;
let product: Product;
let clientId: string;

beforeAll(async () => {
  issuer = await openIssuer(systemClock.now);
  product = await openProduct({ settings: { ASSERTION_KEY_HOSTS: issuer.origin } });
  const made = await product.send("POST", "/api/access/trusts", {
    body: { ...issuer.workload, jwksUrl: issuer.jwksUrl, name: "Entra ID" },
  });
  clientId = made.body.id;
});
afterAll(async () => {
  await product.close();
  await issuer.close();
});

const ask = (assertion: string, scope?: string) =>
  product.send("POST", "/oauth2/token", {
    token: "",
    form: {
      grant_type: "client_credentials",
      client_id: clientId,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: assertion,
      ...(scope === undefined ? {} : { scope }),
    },
  });

test("an assertion of Entra's is exchanged for a token of 60 to 360 minutes, with which people are provisioned", async () => {
  const { status, body } = await ask(await issuer.sign(), "scim");
  expect([status, body.token_type, body.scope]).toEqual([200, "Bearer", "provision"]);
  const { iat = 0, exp = 0 } = decodeJwt(body.access_token);
  for (const seconds of [body.expires_in, exp - iat]) {
    expect(seconds).toBeGreaterThanOrEqual(60 * 60);
    expect(seconds).toBeLessThanOrEqual(360 * 60);
  }

  const token = body.access_token;
  expect(
    await product.send("GET", "/scim/v2/Users?filter=userName%20eq%20%22nobody%22", { token }),
  ).toMatchObject({
    status: 200,
    body: { totalResults: 0 },
  });
  const made = await product.send("POST", "/scim/v2/Users", {
    token,
    body: { userName: "mei", displayName: "Mei" },
  });
  expect(made.status).toBe(201);
  const { events } = (
    await product.send("GET", `/api/history?filter=${encodeURIComponent(`subject eq "${made.body.id}"`)}`)
  ).body;
  expect(events).toMatchObject([{ code: "user.created", actor: `trust:${clientId}` }]);
  expect((await product.send("GET", "/api/sync/status", { token })).status).toBe(403);
});

test("an assertion with an id is taken once", async () => {
  const assertion = await issuer.sign({ jti: "7f3a" });
  expect([(await ask(assertion)).status, (await ask(assertion)).status]).toEqual([200, 401]);
});

test("nothing of an assertion or a token is stored", async () => {
  const assertion = await issuer.sign({ jti: "stored-nowhere" });
  const token: string = (await ask(assertion)).body.access_token;
  const { rows } = await product.pool.query(
    "select (select json_agg(t)::text from trusts t) || (select json_agg(u)::text from used_assertions u) || (select json_agg(h)::text from history h) as dump",
  );
  for (const secret of [assertion, token, "stored-nowhere"]) expect(rows[0].dump).not.toContain(secret);
});
