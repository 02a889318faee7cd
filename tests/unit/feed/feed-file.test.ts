import { compileFeed, FeedInvalid, wantsOf } from "../../../src/feed/compile.ts";

const problemsOf = (text: string): readonly string[] => {
  try {
    compileFeed(text);
    return [];
  } catch (error) {
    if (!(error instanceof FeedInvalid)) throw error;
    return error.problems.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
  }
};

const head = "version: 1\nsinks:\n";

test("a file names each system that gets events", () => {
  const sinks =
    compileFeed(`${head}  - { name: siem, kind: webhook, url: https://siem.example.com/in, secretFile: /run/siem, codes: [user.*, target.outcome] }
  - { name: lake, kind: kafka, brokers: ["k1.example.com:9093", "10.0.0.7:9092"], topic: dingtalk-scim, username: scim, passwordFile: /run/kafka }
  - { name: mq, kind: rocketmq, endpoint: mq.example.com:8081, topic: Scim, personal: true }
  - { name: risc, kind: poll, audience: https://receiver.example.com }
`);
  expect(sinks).toMatchObject([
    { name: "siem", personal: false, allowPrivate: false },
    { name: "lake", tls: true, mechanism: "scram-sha-512" },
    { name: "mq", personal: true },
    { name: "risc", audience: "https://receiver.example.com" },
  ]);
});

test.each<[string, string, readonly string[]]>([
  ["no sinks", "version: 1\nsinks: []\n", [expect.stringMatching(/^2:8 sinks: /)]],
  [
    "an unknown kind",
    `${head}  - { name: a, kind: amqp }\n`,
    [expect.stringContaining("kind must be one of webhook, kafka, rocketmq, poll")],
  ],
  [
    "a wrong key and a wrong code, both told",
    `${head}  - { name: a, kind: webhook, url: https://a.example.com, urls: 1, codes: [user.made] }\n`,
    [
      expect.stringContaining("must be the code of an event"),
      expect.stringMatching(/^3:\d+ sinks\.0\.urls: unknown key$/),
    ],
  ],
  [
    "the same name twice, and plain HTTP",
    `${head}  - { name: a, kind: poll, audience: x }\n  - { name: a, kind: webhook, url: http://a.example.com }\n`,
    [
      "4:13 sinks.1.name: is the name of another sink too",
      "4:36 sinks.1.url: must begin with https:// unless allowPrivate is true",
    ],
  ],
  [
    "half of a credential",
    `${head}  - { name: a, kind: kafka, brokers: [b:1], topic: t, username: u }\n`,
    [expect.stringContaining("username and passwordFile are set together")],
  ],
  [
    "a broker by an address of version 6, which the library cannot read",
    `${head}  - { name: a, kind: kafka, brokers: ["[::1]:9092"], topic: t }\n`,
    [expect.stringContaining("must be a name or an IPv4 address and a port")],
  ],
  [
    "a broker without a port",
    `${head}  - { name: a, kind: kafka, brokers: [b], topic: t }\n`,
    [expect.stringContaining("must be a name or an IPv4 address and a port")],
  ],
])("refused with its place: %s", (_name, text, problems) =>
  expect([...problemsOf(text)].sort()).toEqual(expect.arrayContaining([...problems])),
);

test.each<[readonly string[] | undefined, readonly string[]]>([
  [undefined, ["user.created", "hold.opened"]],
  [["user.*"], ["user.created"]],
  [["hold.opened", "group.*"], ["hold.opened"]],
  [["session.opened"], []],
])("with codes %j it wants %j", (codes, wanted) =>
  expect((["user.created", "hold.opened"] as const).filter((code) => wantsOf(codes)({ code }))).toEqual(
    wanted,
  ),
);
