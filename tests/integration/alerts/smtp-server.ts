import { createServer, type Socket } from "node:net";

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Head and body as they came. */
  readonly text: string;
}

export interface SmtpServer {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  close(): Promise<void>;
}

/** A mail server without TLS on loopback: takes every mail, or answers recipients with a refusal. */
export async function startSmtpServer({ refuse }: { readonly refuse?: string } = {}): Promise<SmtpServer> {
  const mails: ReceivedMail[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    serve(socket);
  });

  function serve(socket: Socket): void {
    let from = "";
    let to: string[] = [];
    let data: string | undefined;
    let rest = "";
    const say = (line: string): boolean => socket.write(`${line}\r\n`);
    say("220 test");
    socket.on("data", (chunk) => {
      rest += chunk.toString("utf8");
      for (let end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n")) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (data === undefined) command(line);
        else if (line === ".") {
          mails.push({ from, to, text: data });
          data = undefined;
          say("250 taken");
        } else data += `${line.replace(/^\.\./, ".")}\n`;
      }
    });
    function command(line: string): void {
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === "EHLO" || verb === "HELO") say("250 test");
      else if (verb === "MAIL") {
        from = /<([^>]*)>/.exec(line)?.[1] ?? "";
        to = [];
        say("250 ok");
      } else if (verb === "RCPT") {
        to.push(/<([^>]*)>/.exec(line)?.[1] ?? "");
        say(refuse ?? "250 ok");
      } else if (verb === "DATA") {
        data = "";
        say("354 go on");
      } else if (verb === "QUIT") {
        say("221 bye");
        socket.end();
      } else say(verb === "STAR" ? "502 no TLS" : "250 ok");
    }
  }

  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  return {
    port,
    mails,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Bodies as their readers see them: quoted-printable and base64 are undone. */
export const readable = (text: string): string =>
  text
    .replace(/=\n/g, "")
    .replace(/(?:=[0-9A-F]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll("=", ""), "hex").toString("utf8"))
    .replace(
      /\n\n((?:[A-Za-z0-9+/=]{1,76}\n)+)/g,
      (_all, coded) => `\n\n${Buffer.from(coded, "base64").toString("utf8")}`,
    );
