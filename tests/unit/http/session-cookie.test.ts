import type { IncomingMessage } from "node:http";
import { ServerResponse } from "node:http";
import {
  createSessionCookie,
  csrfTokenOf,
  isCsrfTokenOf,
  makeSecret,
} from "../../../src/http/session/cookie.ts";

const secret = makeSecret();
const asked = (cookie?: string) => ({ headers: cookie === undefined ? {} : { cookie } }) as IncomingMessage;
const written = (publicUrl: string) => {
  const res = new ServerResponse(asked());
  createSessionCookie(publicUrl).write(res, secret, 60);
  return res.getHeader("set-cookie");
};

test("over https the cookie can be set and read by this host alone", () => {
  expect(written("https://scim.example")).toBe(
    `__Host-dingtalk-scim=${secret}; Max-Age=60; Path=/; HttpOnly; SameSite=Strict; Secure`,
  );
});

test("over plain http it has neither the prefix nor Secure, which browsers would refuse", () => {
  expect(written("http://127.0.0.1:8080")).toBe(
    `dingtalk-scim=${secret}; Max-Age=60; Path=/; HttpOnly; SameSite=Strict`,
  );
});

test.each<[string, string | undefined, string | undefined]>([
  ["none", undefined, undefined],
  ["ours among others", `a=b; __Host-dingtalk-scim=${secret}; c=d`, secret],
  ["one without the prefix", `dingtalk-scim=${secret}`, undefined],
  ["another form", "__Host-dingtalk-scim=short", undefined],
  ["a name that ends like ours", `x__Host-dingtalk-scim=${secret}`, undefined],
])("read from a request with %s", (_name, header, expected) => {
  expect(createSessionCookie("https://scim.example").read(asked(header))).toBe(expected);
});

test("the token against forged writes follows from the secret, and only from it", () => {
  expect(isCsrfTokenOf(secret, csrfTokenOf(secret))).toBe(true);
  for (const wrong of [csrfTokenOf(makeSecret()), "", undefined, ["x"]])
    expect(isCsrfTokenOf(secret, wrong)).toBe(false);
});
