import { readTokenRequest } from "../../../src/http/auth/oauth/token-request.ts";

const grant = "grant_type=client_credentials";
const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
const asked = (clientId: string, secret: string, scopes?: readonly string[]) => ({
  ok: true,
  clientId,
  credential: { kind: "secret", secret },
  scopes,
});
const jwt =
  "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion=x.y.z";
const asserted = (scopes?: readonly string[]) => ({
  ok: true,
  clientId: "a",
  credential: { kind: "assertion", assertion: "x.y.z" },
  scopes,
});
const refused = (error: string) => ({ ok: false, error, description: expect.any(String) });

test.each<[string, string, string | undefined, unknown]>([
  ["id and secret in the body", `${grant}&client_id=a&client_secret=s`, undefined, asked("a", "s")],
  ["in the header", grant, basic("a", "s"), asked("a", "s")],
  [
    "in the header, form-encoded, with a colon in the secret",
    grant,
    basic("a%2Db", "s%3A+t:u"),
    asked("a-b", "s: t:u"),
  ],
  ["the header and the same id in the body", `${grant}&client_id=a`, basic("a", "s"), asked("a", "s")],
  [
    "one scope",
    `${grant}&client_id=a&client_secret=s&scope=provision`,
    undefined,
    asked("a", "s", ["provision"]),
  ],
  [
    "two scopes",
    `${grant}&client_id=a&client_secret=s&scope=history:read%20admin`,
    undefined,
    asked("a", "s", ["history:read", "admin"]),
  ],
  ["an empty scope", `${grant}&client_id=a&client_secret=s&scope=`, undefined, asked("a", "s")],
  [
    "Entra's default scope",
    `${grant}&client_id=a&client_secret=s&scope=api%3A%2F%2Fapp%2F.default`,
    undefined,
    asked("a", "s"),
  ],
  ["no grant type", "client_id=a&client_secret=s", undefined, refused("invalid_request")],
  ["another grant type", "grant_type=password&username=u", undefined, refused("unsupported_grant_type")],
  [
    "a parameter twice",
    `${grant}&client_id=a&client_id=b&client_secret=s`,
    undefined,
    refused("invalid_request"),
  ],
  [
    "secrets in both places",
    `${grant}&client_id=a&client_secret=s`,
    basic("a", "s"),
    refused("invalid_request"),
  ],
  ["two ids", `${grant}&client_id=b`, basic("a", "s"), refused("invalid_request")],
  ["no secret", `${grant}&client_id=a`, undefined, refused("invalid_client")],
  ["an empty secret", `${grant}&client_id=a&client_secret=`, undefined, refused("invalid_client")],
  ["an empty secret in the header", grant, basic("a", ""), refused("invalid_client")],
  ["a bearer header", grant, "Bearer x", refused("invalid_client")],
  ["a header that is no Base64", grant, "Basic %%%", refused("invalid_client")],
  ["a header whose encoding is broken", grant, basic("%E0%A4%A", "s"), refused("invalid_client")],
  [
    "an unknown scope",
    `${grant}&client_id=a&client_secret=s&scope=everything`,
    undefined,
    refused("invalid_scope"),
  ],
  ["a client assertion", `${grant}&client_id=a&${jwt}`, undefined, asserted()],
  ["with a scope of ours", `${grant}&client_id=a&${jwt}&scope=provision`, undefined, asserted(["provision"])],
  [
    "with a scope of Microsoft's examples",
    `${grant}&client_id=a&${jwt}&scope=scim.readwrite`,
    undefined,
    asserted(),
  ],
  [
    "an assertion and a secret",
    `${grant}&client_id=a&${jwt}&client_secret=s`,
    undefined,
    refused("invalid_request"),
  ],
  ["an assertion and a header", `${grant}&${jwt}`, basic("a", "s"), refused("invalid_request")],
  [
    "an assertion without its type",
    `${grant}&client_id=a&client_assertion=x.y.z`,
    undefined,
    refused("invalid_request"),
  ],
  [
    "a type without its assertion",
    `${grant}&client_id=a&client_assertion_type=x`,
    undefined,
    refused("invalid_request"),
  ],
  ["an empty assertion", `${grant}&client_id=a&${jwt.slice(0, -5)}`, undefined, refused("invalid_request")],
  [
    "an assertion of another type",
    `${grant}&client_id=a&client_assertion_type=saml&client_assertion=x`,
    undefined,
    refused("invalid_client"),
  ],
  ["an assertion of nobody", `${grant}&${jwt}`, undefined, refused("invalid_client")],
])("%s", (_name, body, authorization, expected) =>
  expect(readTokenRequest(new URLSearchParams(body), authorization)).toEqual(expected),
);
