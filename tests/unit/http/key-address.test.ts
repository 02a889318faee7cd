import { isKeyAddress } from "../../../src/http/auth/federation/key-address.ts";

const ORIGINS = ["https://login.microsoftonline.com", "http://127.0.0.1:9000"];

test.each<[string, boolean]>([
  ["https://login.microsoftonline.com/t/discovery/v2.0/keys", true],
  ["https://LOGIN.microsoftonline.com:443/keys", true],
  ["http://127.0.0.1:9000/keys", true],
  ["http://login.microsoftonline.com/keys", false],
  ["https://login.microsoftonline.com:8443/keys", false],
  ["https://login.microsoftonline.com.evil.example/keys", false],
  ["https://login.microsoftonline.com@evil.example/keys", false],
  ["https://user:secret@login.microsoftonline.com/keys", false],
  ["https://169.254.169.254/latest/meta-data", false],
  ["http://127.0.0.1:9001/keys", false],
  ["http://localhost:9000/keys", false],
  ["file:///etc/passwd", false],
  ["keys", false],
  ["", false],
])("%s: %s", (address, allowed) => expect(isKeyAddress(address, ORIGINS)).toBe(allowed));
