import { createHmac } from "node:crypto";
import { isForbidden } from "../../../src/alerts/channels/private-addresses.ts";
import { signed } from "../../../src/alerts/channels/robot.ts";
import { createWebhook, keyOf } from "../../../src/alerts/channels/webhook.ts";
import { htmlOf } from "../../../src/alerts/forms/html.ts";
import { markdownOf } from "../../../src/alerts/forms/markdown.ts";
import { messageOf } from "../../../src/alerts/messages/message.ts";
import { wordsIn } from "../../../src/alerts/words/languages.ts";
import { Secret } from "../../../src/core/secrets/secret.ts";

const told = {
  id: "019ab2c4-5d6e-7f80-9123-456789abcdef",
  kind: "source",
  code: "sourceRefused",
  class: "A",
  count: 5,
  detail: { source: "[x](http://evil)<img src=x onerror=1>**@all**" },
  openedAt: new Date("2026-11-30T12:00:00Z"),
} as const;
const message = messageOf(told, {
  occasion: "opened",
  at: told.openedAt,
  words: wordsIn("en"),
  publicUrl: "https://scim.example.com",
});

test("a robot's address is signed as DingTalk documents it", () => {
  const { searchParams } = new URL(
    signed("https://oapi.dingtalk.com/robot/send?access_token=abc", "SECtest", 1_700_000_000_000),
  );
  expect(Object.fromEntries(searchParams)).toEqual({
    access_token: "abc",
    timestamp: "1700000000000",
    sign: "aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g=",
  });
});

test("a webhook is signed over id, time and body", async () => {
  const sent: { headers?: Readonly<Record<string, string>>; body?: string }[] = [];
  const outbound = {
    async send(
      _method: string,
      _url: string,
      options: { headers?: Readonly<Record<string, string>>; body?: string },
    ) {
      sent.push(options);
      return { status: 204, body: "" };
    },
    addressOf: async () => "",
  };
  const secret = `whsec_${Buffer.from("0123456789abcdef01234567").toString("base64")}`;
  const webhook = createWebhook(
    { url: new Secret("https://x.example"), secret: new Secret(secret), personal: false },
    outbound,
  );
  await webhook.send({ id: "m1", at: new Date(1_700_000_000_999), message }, new AbortController().signal);
  const { headers, body } = sent[0]!;
  const expected = createHmac("sha256", "0123456789abcdef01234567")
    .update(`m1.1700000000.${body}`)
    .digest("base64");
  expect(headers).toMatchObject({
    "webhook-id": "m1",
    "webhook-timestamp": "1700000000",
    "webhook-signature": `v1,${expected}`,
  });
  expect(JSON.parse(body!)).toMatchObject({
    type: "incident.opened",
    data: { id: told.id, cause: "source", code: "sourceRefused", count: 5, closedAt: null },
  });
});

test.each([
  ["whsec_AAECAwQFBgc=", "0001020304050607"],
  ["AAECAwQFBgc=", "0001020304050607"],
  ["not base64!", Buffer.from("not base64!").toString("hex")],
])("the key of %s", (secret, hex) => expect(keyOf(secret).toString("hex")).toBe(hex));

test("markup from outside is text in every form", () => {
  const { text } = markdownOf(message);
  expect(text).not.toMatch(/\[x\]|<img|\*\*@all/);
  expect(htmlOf(message)).not.toContain("<img");
});

test("a robot that asks for a word finds it", () => {
  expect(markdownOf(message, "alarm").text).toContain("alarm");
  expect(markdownOf(message).text).toContain("dingtalk-scim");
});

test.each([
  ...[
    "127.0.0.1",
    "10.1.2.3",
    "172.31.255.255",
    "192.168.0.1",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "198.18.0.1",
  ],
  ...[
    "::1",
    "::",
    "fc00::1",
    "fd12::1",
    "fe80::1",
    "ff02::1",
    "::ffff:10.0.0.1",
    "::ffff:7f00:1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
    "::7f00:1",
  ],
  ...["2001:db8::1", "not an address", ""],
])("%s is private", (address) => expect(isForbidden(address, false)).toBe(true));

test.each(["8.8.8.8", "47.246.1.1", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"])(
  "%s is public",
  (address) => expect(isForbidden(address, false)).toBe(false),
);

test.each([
  "169.254.169.254",
  "100.100.100.200",
  "168.63.129.16",
  "fd00:ec2::254",
  "fe80::1",
  "::ffff:169.254.169.254",
  "::ffff:a9fe:a9fe",
])("%s is never called", (address) => expect(isForbidden(address, true)).toBe(true));

test.each(["127.0.0.1", "::1", "10.0.0.1"])("%s may be allowed", (address) =>
  expect(isForbidden(address, true)).toBe(false),
);
