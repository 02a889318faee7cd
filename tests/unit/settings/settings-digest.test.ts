import { digestOfSettings } from "../../../src/settings/settings-digest.ts";

test("names what is set, and changes with a setting", () => {
  const one = digestOfSettings({ PORT: "9000", SYNC_MODE: "upsert" });
  expect(one.settings).toEqual(["PORT", "SYNC_MODE"]);
  expect(one.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(digestOfSettings({ PORT: "9000", SYNC_MODE: "upsert" })).toEqual(one);
  expect(digestOfSettings({ PORT: "9000", SYNC_MODE: "sync" }).digest).not.toBe(one.digest);
});

test("of a secret it knows whether it is set, and nothing else", () => {
  const secret = (text: string) => digestOfSettings({ BOOTSTRAP_TOKEN: text.repeat(40) });
  expect(secret("a")).toEqual(secret("b"));
  expect(secret("a").digest).not.toBe(digestOfSettings({}).digest);
  expect(JSON.stringify(secret("a"))).not.toContain("aaaa");
});
