import { AppError } from "../../core/errors.ts";
import { quotedName } from "../../core/text/quoted-name.ts";
import { BulkTooLarge, InvalidSyntax, InvalidValue } from "../errors.ts";
import { type Body, isObject, memberOf } from "../json.ts";
import { checkMessage } from "../schema/claimed-schemas.ts";

/** Maximum number of operations in one bulk job. The limit in bytes is that of any body (http/body.ts). */
export const MAX_BULK_OPERATIONS = 1_000;

const METHODS = ["POST", "PUT", "PATCH", "DELETE"] as const;
export type BulkMethod = (typeof METHODS)[number];

/** One operation as sent. An error in it fails only this operation, when it runs (RFC 7644 section 3.7.3). */
export type BulkOperation = ReadableOperation | UnreadableOperation;

export interface ReadableOperation {
  readonly method: BulkMethod;
  /** Relative to the root of SCIM: `/Users`, `/Groups/{id}`, `/Users/bulkId:…`. */
  readonly path: string;
  readonly bulkId?: string;
  /** The required version of the resource, as in If-Match. */
  readonly version?: string;
  readonly data: unknown;
}

export interface UnreadableOperation {
  readonly method?: BulkMethod;
  readonly bulkId?: string;
  readonly problem: AppError;
}

export interface BulkRequest {
  readonly operations: readonly BulkOperation[];
  /** The job ends after this number of failures. Undefined: failures do not end it. */
  readonly failOnErrors: number | undefined;
}

/**
 * RFC 7644 section 3.7. Rejects with InvalidSyntax, InvalidValue or BulkTooLarge if the whole job is invalid.
 * Then nothing is done.
 */
export function readBulkRequest(body: Body): BulkRequest {
  checkMessage(body, "BulkRequest");
  const operations = memberOf(body, "operations");
  if (!Array.isArray(operations) || operations.length === 0)
    throw new InvalidSyntax("Operations must be a list of at least one operation");
  if (operations.length > MAX_BULK_OPERATIONS)
    throw new BulkTooLarge(`more than ${MAX_BULK_OPERATIONS} operations`);
  const names = new Set<string>();
  const read = operations.map((operation) =>
    orProblem(operation, () => ownName(readOperation(operation), names)),
  );
  return { operations: read, failOnErrors: readFailOnErrors(memberOf(body, "failonerrors")) };
}

function readFailOnErrors(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw new InvalidValue("failOnErrors must be a whole number, and not negative");
  // Clients whose language has no empty number send 0 for "not set", and scripts send it for "never stop".
  return value === 0 ? undefined : value;
}

/** The second operation with a bulkId is invalid, because references mean the first. */
function ownName(operation: ReadableOperation, names: Set<string>): ReadableOperation {
  const { bulkId } = operation;
  if (bulkId !== undefined && names.has(bulkId))
    throw new InvalidValue(`a bulkId must be given to one operation only${quotedName(bulkId)}`);
  if (bulkId !== undefined) names.add(bulkId);
  return operation;
}

function orProblem(operation: unknown, read: () => ReadableOperation): BulkOperation {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const bulkId = isObject(operation) ? memberOf(operation, "bulkid") : undefined;
    const method = isObject(operation) ? methodOf(operation) : undefined;
    return {
      ...(method === undefined ? {} : { method }),
      ...(typeof bulkId === "string" ? { bulkId: bulkId.slice(0, MAX_TEXT) } : {}),
      problem: error,
    };
  }
}

function readOperation(operation: unknown): ReadableOperation {
  if (!isObject(operation)) throw new InvalidSyntax("an operation must be an object");
  const method = methodOf(operation);
  if (method === undefined) throw new InvalidSyntax("method must be POST, PUT, PATCH or DELETE");
  const path = textOf(operation, "path");
  if (path === undefined) throw new InvalidSyntax("an operation needs a path");
  const bulkId = textOf(operation, "bulkid");
  const version = textOf(operation, "version");
  return {
    method,
    // The same rule for repeated slashes as in http/app.ts.
    path: path.replace(/\/{2,}/g, "/"),
    ...(bulkId === undefined ? {} : { bulkId }),
    ...(version === undefined ? {} : { version }),
    data: memberOf(operation, "data"),
  };
}

const methodOf = (operation: Body): BulkMethod | undefined =>
  METHODS.find((known) => known === String(memberOf(operation, "method")).toUpperCase());

const MAX_TEXT = 1_024;

function textOf(operation: Body, name: string): string | undefined {
  const value = memberOf(operation, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string" || value === "" || value.length > MAX_TEXT)
    throw new InvalidSyntax(`${name} must be a string`);
  return value;
}
