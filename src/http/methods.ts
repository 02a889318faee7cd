import type { RequestHandler } from "express";
import { MethodNotAllowed } from "./errors.ts";

/** Last handler of a route: `route.get(…).all(methodNotAllowed("GET"))`. GET includes HEAD. */
export function methodNotAllowed(...allow: readonly string[]): RequestHandler {
  const complete = allow.includes("GET")
    ? ["GET", "HEAD", ...allow.filter((method) => method !== "GET")]
    : allow;
  return () => {
    throw new MethodNotAllowed(complete);
  };
}
