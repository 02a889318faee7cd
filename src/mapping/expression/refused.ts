import { suggestion } from "../file/problem.ts";
import { FUNCTIONS, LIST_MACROS, TEXT_METHODS } from "./functions.ts";

/** A part of an expression that is not allowed, with its position in the text. */
export class Refused extends Error {
  readonly start: number;
  constructor(message: string, start: number) {
    super(message);
    this.start = start;
  }
}

/** The usual mistake is a fixed text without inner quotes, because YAML removes the outer ones. */
export const QUOTE_TEXTS = `a fixed text needs quotes inside the quotes, such as '"Head office"'`;

/** Why a method is not one of the mapping language. */
export function refusalOf(method: string): string {
  if (method === "matches")
    return "matches is not available, because a regular expression may never end: use like(value, pattern) with * and ?";
  if (Object.hasOwn(FUNCTIONS, method)) return `${method} is a function: write ${method}(value)`;
  return `unknown method ${method}${suggestion(method, [...TEXT_METHODS, ...LIST_MACROS, "size", "join"])}`;
}
