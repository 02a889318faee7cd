import fc from "fast-check";
import {
  formatToken,
  hashSecret,
  isSecretOf,
  makeTokenId,
  makeTokenSecret,
  readToken,
} from "../../../src/http/auth/tokens.ts";

const parts = { environment: "live", id: "0a1b2c3d4e5f6071", secret: `${"0".repeat(42)}z` } as const;
const text = formatToken(parts);

test("a token shows what it is, and whose, and nothing else", () => {
  expect(text).toMatch(/^sdt_live_0a1b2c3d4e5f6071_0{42}z[0-9A-Za-z]{6}$/);
  expect(readToken(text)).toEqual({ kind: "token", parts });
});

test("what is made can be read back", () => {
  const made = { environment: "test", id: makeTokenId(), secret: makeTokenSecret() } as const;
  expect(readToken(formatToken(made))).toEqual({ kind: "token", parts: made });
});

test("no two secrets are alike", () => {
  const secrets = Array.from({ length: 1_000 }, makeTokenSecret);
  expect(new Set(secrets).size).toBe(1_000);
  expect(secrets.every((secret) => /^[0-9A-Za-z]{43}$/.test(secret))).toBe(true);
});

test.each([
  ["nothing", ""],
  ["another prefix", text.replace("sdt", "ghp")],
  ["another environment", text.replace("live", "prod")],
  ["an id in capitals", text.replace("a1b", "A1B")],
  ["a missing character", text.slice(0, -1)],
  ["an extra character", `${text}0`],
  ["a line break at the end", `${text}\n`],
  ["a space in front", ` ${text}`],
])("%s is no token", (_name, candidate) => expect(readToken(candidate).kind).not.toBe("token"));

test("any single changed character is noticed by the checksum", () => {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: text.length - 1 }),
      fc.constantFrom(...alphabet),
      (at, character) => {
        fc.pre(text[at] !== character);
        expect(readToken(text.slice(0, at) + character + text.slice(at + 1)).kind).not.toBe("token");
      },
    ),
  );
});

test("a secret fits its own hash only", () => {
  const secret = makeTokenSecret();
  expect(isSecretOf(secret, hashSecret(secret))).toBe(true);
  expect(isSecretOf(makeTokenSecret(), hashSecret(secret))).toBe(false);
  expect(isSecretOf("", hashSecret(secret))).toBe(false);
});
