import * as fc from "fast-check";
import { decryptPush, encryptPush, signPush } from "../../../src/simulator/events/push-cipher.ts";

const keys = {
  token: "123456",
  aesKey: "1234567890123456789012345678901234567890123",
  ownerKey: "dingsnotzck6pm5veliw",
};
const official = "YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==";

describe("10.3 HTTP push", () => {
  test("encrypts the vector of the documentation", () => {
    expect(signPush(keys.token, "1614767836", "A7Co0cJLMzIDtMMI", official)).toBe(
      "9a95a004dd16f5c307e849b994173f76aa26e5eb",
    );
    expect(decryptPush(keys, official)).toBe("success");
  });

  test("a message is encrypted in blocks of 32 bytes, and only its owner can decrypt it", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        (message, random) => {
          const encrypted = encryptPush(keys, message, Buffer.from(random));
          expect(Buffer.from(encrypted, "base64").length % 32).toBe(0);
          expect(decryptPush(keys, encrypted)).toBe(message);
          expect(decryptPush({ ...keys, ownerKey: "dingother" }, encrypted)).toBeUndefined();
        },
      ),
    );
  });

  test.each(["", "AAAA", Buffer.alloc(64).toString("base64")])("%j is not a message", (text) => {
    expect(decryptPush(keys, text)).toBeUndefined();
  });
});
