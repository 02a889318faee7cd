import { operationOf } from "../dialect-values.ts";
import { InvalidPath, InvalidSyntax, InvalidValue, TooMany } from "../errors.ts";
import { type Body, isObject, memberOf } from "../json.ts";
import { checkMessage } from "../schema/claimed-schemas.ts";
import type { Operation } from "./operation.ts";

export const MAX_OPERATIONS = 1_000;

/** Rejects with InvalidSyntax, InvalidValue, InvalidPath or TooMany. */
export function readOperations(body: Body): readonly Operation[] {
  refuseTwoSpellings(body, "the body");
  checkMessage(body, "PatchOp");
  const operations = memberOf(body, "operations");
  // Microsoft's validator sends an empty list and expects no change.
  if (!Array.isArray(operations)) throw new InvalidSyntax("Operations must be a list");
  if (operations.length > MAX_OPERATIONS) throw new TooMany(`more than ${MAX_OPERATIONS} operations`);
  return operations.map((operation, index) => readOperation(operation, `operation ${index + 1}`));
}

function readOperation(operation: unknown, which: string): Operation {
  if (!isObject(operation)) throw new InvalidSyntax(`${which} must be an object`);
  refuseTwoSpellings(operation, which);
  const op = operationOf(memberOf(operation, "op"));
  if (op === undefined) throw new InvalidSyntax(`${which}: op must be add, replace or remove`);
  const path = memberOf(operation, "path");
  const value = memberOf(operation, "value");
  if (value === undefined && op !== "remove") throw new InvalidValue(`${which}: ${op} needs a value`);
  if (path === undefined || path === null || path === "") return { op, value };
  if (typeof path !== "string") throw new InvalidPath(`${which}: path must be a string`);
  return { op, path, value };
}

/** Names are compared in any letter case: of `Value` and `value` nobody knows which one is meant. */
function refuseTwoSpellings(object: Body, which: string): void {
  const names = Object.keys(object);
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length)
    throw new InvalidSyntax(`${which} has a name twice, in two spellings`);
}
