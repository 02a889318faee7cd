import { z } from "zod";
import { EVENT_CODES } from "../history/event.ts";

/*
 * The form of a feed file. All objects are strict: an unknown key is an error. Secrets are in files of their
 * own.
 */

const MAX_SINKS = 20;
const text = z.string().trim().min(1).max(500);
const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, "must be 1 to 40 of a-z, 0-9 and -, and begin with a letter");
const path = text;
/** The libraries accept IPv6 addresses only by name. */
const hostAndPort = z.string().refine((value) => {
  const [, host = "", port = ""] = /^([^\s/@:[\]]+):(\d{1,5})$/.exec(value) ?? [];
  return host !== "" && Number(port) > 0 && Number(port) < 65_536;
}, "must be a name or an IPv4 address and a port, such as broker-1.example.com:9092");

/** `user.*` or a code of an event. */
const code = z
  .string()
  .refine(
    (value) =>
      EVENT_CODES.some(
        (known) => known === value || (value.endsWith(".*") && known.startsWith(value.slice(0, -1))),
      ),
    "must be the code of an event, such as user.created, or all of a kind, such as user.*",
  );

const common = {
  name,
  /** Absent: all events. */
  codes: z.array(code).min(1).max(EVENT_CODES.length).optional(),
  /** Values of people are included. */
  personal: z.boolean("must be true or false").default(false),
};

const webhook = z.strictObject({
  kind: z.literal("webhook"),
  ...common,
  url: z
    .string()
    .refine(
      (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
      "must be an https address",
    ),
  secretFile: path.optional(),
  /** Allows private addresses and plain HTTP. */
  allowPrivate: z.boolean("must be true or false").default(false),
});

const kafka = z.strictObject({
  kind: z.literal("kafka"),
  ...common,
  brokers: z.array(hostAndPort).min(1).max(50),
  topic: z.string().regex(/^[\w.-]{1,249}$/, "must be the name of a topic"),
  tls: z.boolean("must be true or false").default(true),
  mechanism: z.enum(["plain", "scram-sha-256", "scram-sha-512"]).default("scram-sha-512"),
  username: text.optional(),
  passwordFile: path.optional(),
});

const rocketmq = z.strictObject({
  kind: z.literal("rocketmq"),
  ...common,
  /** Host and port of the proxy of RocketMQ 5. */
  endpoint: hostAndPort,
  topic: z.string().regex(/^[\w%-]{1,127}$/, "must be the name of a topic"),
  tls: z.boolean("must be true or false").default(true),
  accessKey: text.optional(),
  secretKeyFile: path.optional(),
});

const poll = z.strictObject({
  kind: z.literal("poll"),
  name,
  /** `aud` of the tokens. */
  audience: text,
});

export const feedFile = z.strictObject({
  version: z.literal(1, { error: "must be 1, the version of this file format" }),
  sinks: z
    .array(
      z.discriminatedUnion("kind", [webhook, kafka, rocketmq, poll], {
        error: "kind must be one of webhook, kafka, rocketmq, poll",
      }),
    )
    .min(1)
    .max(MAX_SINKS),
});

export type FeedFile = z.output<typeof feedFile>;
export type SinkEntry = FeedFile["sinks"][number];
export type KafkaEntry = Extract<SinkEntry, { kind: "kafka" }>;
export type RocketmqEntry = Extract<SinkEntry, { kind: "rocketmq" }>;
