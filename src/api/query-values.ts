import type { Request } from "express";
import { AppError } from "../core/errors.ts";
import { isCanonicalUuid } from "../core/id.ts";
import { isStorableText } from "../core/text/storable-text.ts";
import { comparableInstantOf } from "../filter/instants.ts";

/** A parameter of the address is invalid. The message never repeats input. */
export class InvalidParameter extends AppError {
  readonly code = "INVALID_VALUE";
}

/** One value of a parameter. Undefined: missing or empty. */
export function textOf(req: Request, name: string): string | undefined {
  const value = req.query[name];
  if (value === undefined || value === "") return undefined;
  if (typeof value !== "string") throw new InvalidParameter(`${name} may be given once`);
  if (!isStorableText(value)) throw new InvalidParameter(`${name} holds a character that is not allowed`);
  return value;
}

export function choiceOf<T extends string>(req: Request, name: string, choices: readonly T[]): T | undefined {
  const value = textOf(req, name);
  if (value === undefined) return undefined;
  const choice = choices.find((each) => each === value);
  if (choice === undefined) throw new InvalidParameter(`${name} must be one of ${choices.join(", ")}`);
  return choice;
}

/** A time as in filters: RFC 3339, or a date; UTC without a zone. */
export function timeOf(req: Request, name: string): Date | undefined {
  const value = textOf(req, name);
  const ms = value === undefined ? undefined : comparableInstantOf(value);
  if (value !== undefined && ms === undefined)
    throw new InvalidParameter(`${name} must be a time such as 2026-07-01T00:00:00Z`);
  return ms === undefined ? undefined : new Date(ms);
}

/** `from` (inclusive) and `to` (exclusive). Both are required. */
export function periodOf(req: Request): { readonly from: Date; readonly to: Date } {
  const [from, to] = [timeOf(req, "from"), timeOf(req, "to")];
  if (!from || !to) throw new InvalidParameter("from and to must both be given");
  if (from.getTime() > to.getTime()) throw new InvalidParameter("from must not be after to");
  return { from, to };
}

const DEFAULT_COUNT = 100;
const MAX_COUNT = 1_000;

/** `count`: items of a page, 100 by default, at most 1,000. */
export function countOf(req: Request): number {
  const value = textOf(req, "count");
  if (value === undefined) return DEFAULT_COUNT;
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidParameter("count must be a whole number from 1");
  return Math.min(Number(value), MAX_COUNT);
}

/** `next` of a page of items: the kind and id of its last one. */
export function isItemKey(text: string): boolean {
  const colon = text.indexOf(":");
  return /^[a-z]+$/.test(text.slice(0, colon)) && isCanonicalUuid(text.slice(colon + 1));
}

/** `after`: the `next` of an earlier page of this list. */
export function afterOf(req: Request, isForm: (text: string) => boolean): string | undefined {
  const after = textOf(req, "after");
  if (after !== undefined && !isForm(after))
    throw new InvalidParameter("after must be the `next` of another page");
  return after;
}
