import { type RequestHandler, Router } from "express";
import { methodNotAllowed } from "../http/methods.ts";
import { NotImplemented } from "./errors.ts";

/**
 * `/Me` is an alias of the person who sends the request (RFC 7644 section 3.11). Tokens here belong to
 * clients and not to people, so there is no such person. That section answers this with 501.
 */
export function meRoutes(): Router {
  const routes = Router();
  routes
    .route("/Me")
    .get(refuse)
    .post(refuse)
    .put(refuse)
    .patch(refuse)
    .delete(refuse)
    .all(methodNotAllowed("GET", "POST", "PUT", "PATCH", "DELETE"));
  return routes;
}

const refuse: RequestHandler = () => {
  throw new NotImplemented(
    "a token belongs to a client and not to a person, so this address has no resource",
  );
};
