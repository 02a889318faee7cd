import { isIP } from "node:net";
import { createTransport } from "nodemailer";
import type { Secret } from "../../core/secrets/secret.ts";
import { htmlOf } from "../forms/html.ts";
import { textOf } from "../forms/text.ts";
import { type Channel, ChannelFailed } from "./channel.ts";
import { bare, failureOf, type Outbound } from "./outbound.ts";

export interface MailSettings {
  /** `smtp://user:password@host:port`, or `smtps://` for TLS from the start. */
  readonly url: Secret;
  readonly from: string;
  readonly to: readonly string[];
  /** Nothing is sent to a server without TLS. */
  readonly requireTls: boolean;
  readonly personal: boolean;
}

const SMTP_PORT = 587;
const SMTPS_PORT = 465;
const TIMEOUT_MS = 10_000;

/**
 * Text and HTML in one message. The library resolves no name: it gets a checked address, and the name for the
 * certificate.
 */
export function createMail(
  { url, from, to, requireTls, personal }: MailSettings,
  outbound: Outbound,
): Channel {
  const domain = /@([^@>\s]+)>?$/.exec(from)?.[1] ?? "localhost";
  return {
    name: "mail",
    personal,
    async send({ id, at, message }, signal) {
      const { protocol, hostname, port, username, password } = new URL(url.reveal());
      const secure = protocol === "smtps:";
      const host = bare(hostname);
      const transport = createTransport({
        host: await outbound.addressOf(host),
        port: port === "" ? (secure ? SMTPS_PORT : SMTP_PORT) : Number(port),
        secure,
        requireTLS: requireTls && !secure,
        // Certificates have no IP address here.
        tls: { ...(isIP(host) === 0 ? { servername: host } : {}), minVersion: "TLSv1.2" },
        connectionTimeout: TIMEOUT_MS,
        greetingTimeout: TIMEOUT_MS,
        socketTimeout: TIMEOUT_MS,
        disableFileAccess: true,
        disableUrlAccess: true,
        ...(username === ""
          ? {}
          : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
      });
      const stop = (): void => transport.close();
      signal.addEventListener("abort", stop, { once: true });
      try {
        await transport.sendMail({
          from,
          to: [...to],
          subject: message.title,
          text: textOf(message),
          html: htmlOf(message),
          date: at,
          messageId: `<${id}@${domain}>`,
          headers: { "Auto-Submitted": "auto-generated", "X-Incident": message.incident },
        });
      } catch (error) {
        throw smtpFailure(error);
      } finally {
        signal.removeEventListener("abort", stop);
        transport.close();
      }
    },
  };
}

function smtpFailure(error: unknown): ChannelFailed {
  const { responseCode } = error as { responseCode?: unknown };
  return typeof responseCode === "number"
    ? new ChannelFailed(`smtp-${responseCode}`, { cause: error })
    : failureOf(error);
}
