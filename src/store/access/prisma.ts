import { PrismaPg } from "@prisma/adapter-pg";
import type pg from "pg";
import { Unavailable } from "../../core/errors.ts";
import { Prisma, PrismaClient } from "../../generated/prisma/client.ts";
import type { HistoryEvent } from "../../history/event.ts";
import { toAppError } from "../postgres/app-errors.ts";
import { repeated } from "../postgres/statement.ts";

/*
 * Prisma on the shared pool, for statements that are not on a hot path. Prisma has its own parsers, so those
 * of the pool have no effect: JSON arrives parsed, and bigint as BigInt. Its errors are translated to ours,
 * as `run` in store/postgres/statement.ts does.
 */

export type Database = ReturnType<typeof createPrisma>;

/** Connects on first use. The caller ends the pool: `$disconnect` does not. */
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
  // An extension gets the operations of a transaction, but neither its begin nor its commit.
  return new Proxy(client, {
    get(target, name) {
      if (name !== "$transaction") return Reflect.get(target, name);
      // $transaction takes a list or a function. Both are passed on.
      return (...given: Parameters<typeof target.$transaction>) =>
        target.$transaction(...given).catch(rethrow);
    },
  });
}

/**
 * True: the operation is part of a transaction. After a deadlock the whole transaction must be repeated, and
 * not the operation.
 */
const isOfTransaction = (operation: object): boolean =>
  (operation as { readonly __internalParams?: { readonly transaction?: unknown } }).__internalParams
    ?.transaction !== undefined;

function rethrow(error: unknown): never {
  throw prismaFailure(error);
}

/**
 * Codes of Prisma: not reachable, time-out, connection closed, no free connection, transaction failed to
 * begin or continue, too many connections.
 */
const UNAVAILABLE: ReadonlySet<string> = new Set([
  "P1001",
  "P1002",
  "P1008",
  "P1017",
  "P2024",
  "P2028",
  "P2037",
]);
/** Deadlock or serialisation failure. */
const CONFLICT = "P2034";

function prismaFailure(error: unknown): unknown {
  if (error instanceof Unavailable) return error;
  if (error instanceof Prisma.PrismaClientInitializationError)
    return new Unavailable("the database does not answer", { cause: error });
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return toAppError(error);
  if (UNAVAILABLE.has(error.code)) return new Unavailable("the database does not answer", { cause: error });
  const sqlState = (error.meta?.driverAdapterError as { cause?: { originalCode?: unknown } } | undefined)
    ?.cause?.originalCode;
  const meaning = toAppError({ code: error.code === CONFLICT ? (sqlState ?? "40001") : sqlState });
  // Unavailable keeps the code of the server as its cause. This code decides whether the statement may be
  // repeated.
  return meaning instanceof Unavailable ? meaning : error;
}

/** True: another row has this unique value already. */
export const isDuplicate = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";

/**
 * An event as a row of Prisma, for the transaction of the change. It has no values: only the vault writes
 * values (store/personal/vault.ts).
 */
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
    // `detail` is JSON. Prisma's type differs only in `readonly`.
    ...(detail ? { detail: detail as Prisma.InputJsonObject } : {}),
  };
}
