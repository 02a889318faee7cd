import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { CannotStart } from "../../core/errors.ts";
import { unreadable } from "../../core/unreadable.ts";
import { LOG_KEY, parseVerifierKey, type VerifierKey, verifierKey, WITNESS_KEY } from "../../tlog/note.ts";
import { answerCheckpoint, type Seen } from "../../tlog/witness.ts";
import { wholeNumber } from "../options/numbers.ts";
import { print } from "../terminal/output.ts";
import { untilStopped } from "../terminal/signals.ts";
import { formatted } from "./files.ts";

interface Options {
  readonly state: string;
  readonly log?: readonly string[];
  readonly name?: string;
  readonly host: string;
  readonly port: number;
}

export const witnessCommand = (): Command =>
  new Command("witness")
    .description(
      "a witness for auditors: signs checkpoints that extend the log it has seen, and refuses a shortened or rewritten log",
    )
    .requiredOption(
      "--state <file>",
      "JSON file with its key and state; created at the first start, readable by its owner only",
    )
    .option("--log <vkey...>", "verifier keys of logs to witness from now on")
    .option("--name <name>", "name of a new witness, such as auditors.example.com/history")
    .option("--host <host>", "to listen on", "127.0.0.1")
    .option("--port <port>", "to listen on", wholeNumber(0, 65_535), 8090)
    .addHelpText(
      "after",
      "\nSpeaks C2SP tlog-witness at /add-checkpoint, in plain HTTP: put a proxy with a certificate before it. The line that it prints belongs into the\n" +
        'HISTORY_WITNESS_POLICY of the server.\n\nExample:\n  $ dingtalk-scim history witness --state witness.json --name auditors.example.com/history --log "$(cat key.txt)"',
    )
    .action(async (options: Options) => {
      const witness = openWitness(options.state, options);
      const server = await listen(witness, options);
      const { port } = server.address() as AddressInfo;
      print(`witness auditors ${witness.key.text} http://${options.host}:${port}/`);
      await untilStopped();
      await new Promise((resolve) => server.close(resolve));
    });

interface Stored {
  readonly name: string;
  readonly key: string;
  readonly logs: readonly string[];
  readonly seen: Readonly<Record<string, { readonly size: number; readonly root: string }>>;
}

export interface Witness {
  readonly key: VerifierKey;
  /** The answer to a request. Signatures are on the disk before they are sent. */
  answer(text: string): ReturnType<typeof answerCheckpoint>;
}

/** Throws CannotStart. Only one process at a time may use the file. */
export function openWitness(path: string, { name, log = [] }: Pick<Options, "name" | "log">): Witness {
  let state = existsSync(path) ? readState(path) : newState(name, path);
  const given = log.map((text) => formatted("--log", () => parseVerifierKey(text)));
  if (given.some(({ type }) => type !== LOG_KEY)) throw new CannotStart(["--log: must be keys of logs"]);
  const put = (next: Stored): void => {
    writeState(path, next);
    state = next;
  };
  put({ ...state, logs: [...new Set([...state.logs, ...given.map(({ text }) => text)])] });
  const secret = createPrivateKey(state.key);
  const key = verifierKey(state.name, WITNESS_KEY, createPublicKey(secret));
  const logs = state.logs.map(parseVerifierKey);
  const seen = (origin: string): Seen | undefined => {
    const last = Object.hasOwn(state.seen, origin) ? state.seen[origin] : undefined;
    return last && { size: last.size, root: Buffer.from(last.root, "base64") };
  };

  return {
    key,
    // Reading and writing are synchronous, so requests run one after the other.
    answer(text) {
      const time = Math.floor(systemClock.now().getTime() / 1_000);
      const answer = answerCheckpoint(text, seen, { logs, key, secret, time });
      if (answer.status === 200) {
        const origin = text.slice(text.indexOf("\n\n") + 2).split("\n")[0]!;
        put({
          ...state,
          seen: {
            ...state.seen,
            [origin]: { size: answer.seen.size, root: answer.seen.root.toString("base64") },
          },
        });
      }
      return answer;
    },
  };
}

function newState(name: string | undefined, path: string): Stored {
  if (name === undefined || /[\s+]/.test(name) || name === "")
    throw new CannotStart([`${path} is not there: --name has to say how a new witness is called`]);
  const { privateKey } = generateKeyPairSync("ed25519");
  return { name, key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(), logs: [], seen: {} };
}

function readState(path: string): Stored {
  try {
    const { name, key, logs, seen } = JSON.parse(readFileSync(path, "utf8")) as Stored;
    if (
      typeof name === "string" &&
      typeof key === "string" &&
      Array.isArray(logs) &&
      typeof seen === "object"
    )
      return { name, key, logs, seen };
  } catch (cause) {
    throw new CannotStart([unreadable(path, cause)], { cause });
  }
  throw new CannotStart([`${path} is no state of a witness`]);
}

function writeState(path: string, state: Stored): void {
  const next = `${path}.next`;
  const file = openSync(next, "w", 0o600);
  try {
    writeSync(file, `${JSON.stringify(state, undefined, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(next, path);
}

const MOST_BYTES = 65_536;

export function listen(witness: Witness, { host, port }: Pick<Options, "host" | "port">): Promise<Server> {
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    const send = (status: number, body: string, type = "text/plain; charset=utf-8"): void => {
      response.writeHead(status, { "Content-Type": type });
      response.end(body);
    };
    if (request.method !== "POST" || request.url !== "/add-checkpoint")
      return send(404, "only POST /add-checkpoint\n");
    const parts: Buffer[] = [];
    let size = 0;
    request.on("data", (part: Buffer) => {
      size += part.length;
      if (size > MOST_BYTES) request.destroy();
      else parts.push(part);
    });
    request.on("end", () => {
      const answer = witness.answer(Buffer.concat(parts).toString());
      send(answer.status, answer.body, answer.status === 409 ? answer.type : undefined);
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => reject(new CannotStart([`cannot listen on ${host}:${port}`], { cause })));
    server.listen(port, host, () => resolve(server));
  });
}
