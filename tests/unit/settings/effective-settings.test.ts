import { effectiveSettings, masked } from "../../../src/settings/effective-settings.ts";
import { SETTINGS } from "../../../src/settings/rules.ts";

const FILE = new Set(["PORT"]);

test("every setting is told, with its value and where it comes from", () => {
  const { settings, problems } = effectiveSettings({ PORT: "9000", HOST: "::1", MAPPING_FILE: "" }, FILE);
  expect(settings.map(({ name }) => name)).toEqual(SETTINGS);
  const told = Object.fromEntries(settings.map(({ name, value, from }) => [name, [value, from]]));
  expect(told).toMatchObject({
    PORT: ["9000", ".env"],
    HOST: ["::1", "environment"],
    PUBLIC_URL: ["http://[::1]:9000", "default"],
    SIMULATOR_PORT: ["9001", "default"],
    SYNC_MODE: ["sync", "default"],
    MAPPING_FILE: [undefined, "default"],
    ASSERTION_KEY_HOSTS: ["login.microsoftonline.com,login.windows.net", "default"],
  });
  expect(problems).toEqual([]);
});

test("settings that the server refuses are told with what is wrong", () => {
  const { settings, problems } = effectiveSettings({ PORT: "x", DINGTALK_APP_KEY: "k" }, new Set());
  expect(settings[0]).toEqual({ name: "PORT", value: "x", from: "environment" });
  expect(problems).toEqual([
    expect.stringContaining("PORT must be"),
    expect.stringContaining("DINGTALK_APP_SECRET and DINGTALK_CORP_ID"),
  ]);
});

test.each([
  ["DINGTALK_APP_SECRET", "s3cret", "[secret]"],
  ["BOOTSTRAP_TOKEN", "s3cret", "[secret]"],
  [
    "DATABASE_URL",
    "postgresql://scim:s3cret@db:5432/scim?sslpassword=s3cret",
    "postgresql://scim:[secret]@db:5432/scim?sslpassword=…",
  ],
  ["ALERT_WEBHOOK_URL", "https://hooks.example.com/s3cret?token=s3cret", "https://hooks.example.com/…"],
  ["ALERT_SMTP_URL", "smtps://user:s3cret@mail.example.com", "smtps://mail.example.com/…"],
  ["PUBLIC_URL", "https://scim.example.com", "https://scim.example.com"],
  ["DINGTALK_APP_KEY", "dingkey", "dingkey"],
])("%s is shown without secrets", (name, value, expected) => expect(masked(name, value)).toBe(expected));
