import pino, { type DestinationStream } from "pino";
import { AppError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";

/*
 * JSON lines on stdout. What may be in a line is listed (docs/threats.md T25): a field that is not on the
 * list is dropped and counted, so that neither a person's data nor a secret gets out by a careless call.
 * Errors are taken apart: of ours the message is written for operators and shown; of all others only name,
 * code and the places in the code, since drivers and HTTP clients put values, addresses with tokens and whole
 * requests into theirs.
 */

/** Ids, codes, counts, durations and names of parts of the system. Nothing else belongs here. */
export const LOGGED_FIELDS: ReadonlySet<string> = new Set(
  [
    // requests
    "requestId clientRequestId method route status ms actor tokenId sourceId check",
    // refused credentials; `address` is that of a client
    ...["reasonCode", "tokenPrefix", "address"],
    // the process and its database
    "part graceMs failures port host pid adopted version role mode migration migrations problems signal url publicUrl simulatorUrl",
    // the loop's care for itself
    ...["freed", "repaired", "compared", "differing", "missing", "orphans"],
    // rules that are held
    ...["hold", "exceeded", "leaversGoOn"],
    // sources by the names that operators gave them, and records of several that were compared
    ...["source", "joined", "proposed"],
    // entities and their way to a target; `path` is that of a call, not of a department
    "target kind id entityId userId groupId departmentId state reason remedy action outcome attempt attempts generation lease waitingOn",
    "reasonCode answer leftOut ms advice",
    "waitMs retryMs delayMs nextAt pausedUntil api path errcode httpStatus remoteId eventId job task worker",
    // counts and codes
    "code count total entities users groups departments calls found marked removed held parked jobs rows limit ageMs",
  ].flatMap((line) => line.split(" ")),
);

export interface LogOptions {
  readonly level: "debug" | "info" | "warn" | "error" | "silent";
  /**
   * Standard output when unset. Lines are handed over without waiting; what is left is written when the
   * process exits.
   */
  readonly destination?: DestinationStream;
}

/** Lines that wait for a log that cannot be written. What is more is dropped. */
const MOST_WAITING_BYTES = 4_000_000;

/**
 * Standard output, or another file. A log that cannot be written (its disk is full, its reader has left) ends
 * nothing: lines wait and are tried again with the next one. The library would end the process by an error
 * that nobody handles, and then try for ever to write the rest.
 */
export function logOutput(dest: number): DestinationStream & { flushSync(): void } {
  const output = pino.destination({ dest, sync: false, maxLength: MOST_WAITING_BYTES });
  let fails = false;
  output.on("error", () => {
    fails = true;
  });
  output.on("write", () => {
    fails = false;
  });
  const flushSync = output.flushSync.bind(output);
  output.flushSync = () => {
    if (!fails) flushSync();
  };
  return output;
}

const STANDARD_OUTPUT = 1;

export function createLogger({ level, destination = logOutput(STANDARD_OUTPUT) }: LogOptions): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: allowed },
    },
    destination,
  );
}

type Fields = Record<string, unknown>;

function allowed(fields: Fields): Fields {
  const line: Fields = {};
  let dropped = 0;
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const shown =
      name === "error" || name === "err"
        ? errorFields(value)
        : LOGGED_FIELDS.has(name)
          ? plain(value)
          : undefined;
    if (shown === undefined) dropped++;
    else line[name === "err" ? "error" : name] = shown;
  }
  if (dropped > 0) line.droppedFields = dropped;
  return line;
}

const MAX_TEXT = 500;
const MAX_ELEMENTS = 50;

/** Texts, numbers and lists of them. An object could hold anything, so it is not shown. */
function plain(value: unknown): unknown {
  if (typeof value === "string") return withoutSecrets(value).slice(0, MAX_TEXT);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  if (typeof value === "bigint") return String(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value))
    return value
      .slice(0, MAX_ELEMENTS)
      .map(plain)
      .filter((element) => element !== undefined);
  return undefined;
}

const MAX_CAUSES = 5;

function errorFields(error: unknown, depth = 0): Fields {
  if (!(error instanceof Error)) return { name: `thrown ${typeof error}` };
  const { name, cause } = error;
  const { code } = error as { code?: unknown };
  return {
    name,
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    ...(hasShownMessage(error) ? { message: withoutSecrets(error.message).slice(0, MAX_TEXT) } : {}),
    ...(error instanceof AppError ? {} : { stack: placesOf(error) }),
    ...(cause === undefined || depth === MAX_CAUSES ? {} : { cause: errorFields(cause, depth + 1) }),
  };
}

/**
 * Mistakes in the code, as the engine itself words them: they name variables, not values. Those of node carry
 * a code and do quote values.
 */
const ENGINE_ERRORS: ReadonlySet<string> = new Set(["TypeError", "ReferenceError"]);

function hasShownMessage(error: Error): boolean {
  if (error instanceof AppError) return true;
  return (
    ENGINE_ERRORS.has(error.name) &&
    !("code" in error) &&
    Object.getPrototypeOf(error)?.constructor?.name === error.name
  );
}

const MAX_FRAMES = 15;

/** The frames only: what stands before them repeats the message. */
function placesOf({ stack = "", message }: Error): string[] {
  const after = stack.indexOf(message) + message.length;
  const lines = stack
    .slice(after)
    .split("\n")
    .map((line) => line.trim());
  return lines
    .filter((line) => /^at .+:\d+:\d+\)?$/.test(line))
    .slice(0, MAX_FRAMES)
    .map(withoutSecrets);
}

/**
 * Addresses carry secrets in two places: DingTalk's old API has its access token in the query string,
 * PostgreSQL's has the password before the host.
 */
const withoutSecrets = (text: string): string =>
  text.includes("?") || text.includes("@")
    ? text.replace(/\?[^\s"')]*/g, "").replace(/\/\/[^/\s]*@/g, "//")
    : text;
