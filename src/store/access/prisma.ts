import { PrismaPg } from "@prisma/adapter-pg";
import type pg from "pg";
import { Unavailable } from "../../core/errors.ts";
import { Prisma, PrismaClient } from "../../generated/prisma/client.ts";
import type { HistoryEvent } from "../../history/event.ts";
import { repeated, toAppError } from "../postgres/statement.ts";

/*
 * Prisma on the pool that everything shares, for what is not a hot path. It brings its own parsers for every query, so those of the pool do not reach it: JSON
 * arrives parsed and bigint as BigInt. Its failures are told in our words, like those of `run` in store/postgres/statement.ts.
 */

export type Database = ReturnType<typeof createPrisma>;

/** Connects on first use. The pool stays the caller's: disconnecting does not end it. */
export function createPrisma(pool: pg.Pool) {
  const client = new PrismaClient({ adapter: new PrismaPg(pool) }).$extends({
    query: {
      async $allOperations(operation) {
        const { args, query } = operation;
        const send = () => query(args).catch(rethrow);
        return isOfTransaction(operation) ? send() : repeated(send);
      },
    },
  });
  // Extensions see the operations of a transaction, and neither its begin nor its end.
  return new Proxy(client, {
    get(target, name) {
      if (name !== "$transaction") return Reflect.get(target, name);
      // Both forms are passed on as they come.
      return (...given: Parameters<typeof target.$transaction>) => target.$transaction(...given).catch(rethrow);
    },
  });
}

/** One that met a deadlock has to be repeated as a whole. */
const isOfTransaction = (operation: object): boolean =>
  (operation as { readonly __internalParams?: { readonly transaction?: unknown } }).__internalParams?.transaction !== undefined;

function rethrow(error: unknown): never {
  throw prismaFailure(error);
}

/** Not reachable, time-outs, connection closed, no free connection, a transaction that could not begin or go on, too many connections. */
const UNAVAILABLE: ReadonlySet<string> = new Set(["P1001", "P1002", "P1008", "P1017", "P2024", "P2028", "P2037"]);
/** Deadlock or serialisation failure. */
const CONFLICT = "P2034";

function prismaFailure(error: unknown): unknown {
  if (error instanceof Unavailable) return error;
  if (error instanceof Prisma.PrismaClientInitializationError) return new Unavailable("the database does not answer", { cause: error });
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return toAppError(error);
  if (UNAVAILABLE.has(error.code)) return new Unavailable("the database does not answer", { cause: error });
  const sqlState = (error.meta?.driverAdapterError as { cause?: { originalCode?: unknown } } | undefined)?.cause?.originalCode;
  const meaning = toAppError({ code: error.code === CONFLICT ? (sqlState ?? "40001") : sqlState });
  // The cause keeps the server's own code, which says whether it may be repeated.
  return meaning instanceof Unavailable ? meaning : error;
}

/** Whether a row with this unique value was there before. */
export const isDuplicate = (error: unknown): boolean => error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";

/** The event as a row, to be created in the transaction of what it records. It has no values, which only the vault writes (store/personal/vault.ts). */
export function historyRow(event: Omit<HistoryEvent, "changes" | "personal">): Prisma.HistoryCreateInput {
  const { id, at, code, actor, causes, subject, detail } = event;
  return {
    id,
    at,
    code,
    actor,
    causes: [...causes],
    sourceId: event.sourceId ?? null,
    requestId: event.requestId ?? null,
    subjectKind: subject?.kind ?? null,
    subject: subject?.id ?? null,
    target: event.target ?? null,
    attempt: event.attempt ?? null,
    outcome: event.outcome ?? null,
    // JSON by its type; Prisma's own type for it is only stricter about `readonly`.
    ...(detail ? { detail: detail as Prisma.InputJsonObject } : {}),
  };
}
