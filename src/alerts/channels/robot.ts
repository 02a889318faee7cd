import { createHmac } from "node:crypto";
import type { Secret } from "../../core/secrets/secret.ts";
import { markdownOf } from "../forms/markdown.ts";
import { type Channel, ChannelFailed } from "./channel.ts";
import type { Outbound } from "./outbound.ts";

export interface RobotSettings {
  /** With its `access_token`. */
  readonly url: Secret;
  readonly secret?: Secret;
  /** A word that the robot requires in every message. */
  readonly keyword?: string;
  readonly personal: boolean;
}

/**
 * DingTalk accepts 20 a minute, and ignores messages for ten minutes after more (docs/dingtalk.md 11.1). Two
 * are left for others.
 */
const PER_MINUTE = 18;
const SILENCE_MS = 10 * 60_000;
const THROTTLED: ReadonlySet<number> = new Set([410100, 660026, 130101]);

export function createRobot({ url, secret, keyword, personal }: RobotSettings, outbound: Outbound): Channel {
  return {
    name: "robot",
    personal,
    perMinute: PER_MINUTE,
    async send({ id, at, message }, signal) {
      const { title, text } = markdownOf(message, keyword);
      const body = JSON.stringify({ msgtype: "markdown", msgUuid: id, markdown: { title, text } });
      const address = secret ? signed(url.reveal(), secret.reveal(), at.getTime()) : url.reveal();
      const answer = await outbound.send("POST", address, {
        headers: { "content-type": "application/json" },
        body,
        signal,
      });
      if (answer.status !== 200) throw new ChannelFailed(`http-${answer.status}`);
      const code = errcodeIn(answer.body);
      if (code === 0) return;
      throw new ChannelFailed(code === undefined ? "unreadable" : `robot-${code}`, {
        afterMs: code !== undefined && THROTTLED.has(code) ? SILENCE_MS : 0,
      });
    },
  };
}

/** base64(HMAC-SHA256(secret, time + newline + secret)). */
export function signed(url: string, secret: string, timestamp: number): string {
  const address = new URL(url);
  address.searchParams.set("timestamp", String(timestamp));
  address.searchParams.set(
    "sign",
    createHmac("sha256", secret).update(`${timestamp}\n${secret}`).digest("base64"),
  );
  return address.href;
}

function errcodeIn(body: string): number | undefined {
  try {
    const { errcode } = JSON.parse(body) as { errcode?: unknown };
    return typeof errcode === "number" ? errcode : undefined;
  } catch {
    return undefined; // the caller reports it as unreadable
  }
}
