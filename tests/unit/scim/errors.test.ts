import { AppError, Unavailable } from "../../../src/core/errors.ts";
import {
  InvalidCursor,
  InvalidMembers,
  NotFound,
  UniquenessConflict,
  VersionConflict,
} from "../../../src/directory/errors.ts";
import { InvalidFilter } from "../../../src/filter/errors.ts";
import * as http from "../../../src/http/errors.ts";
import {
  BulkConflict,
  BulkTooLarge,
  InvalidCount,
  InvalidPath,
  InvalidSyntax,
  InvalidValue,
  Mutability,
  NoTarget,
  NotFilterable,
  NotImplemented,
  renderScimError,
  TooMany,
} from "../../../src/scim/errors.ts";

class Surprise extends AppError {
  readonly code = "DISK_FULL";
}

test.each<[unknown, number, string | undefined, string]>([
  [new InvalidSyntax("s"), 400, "invalidSyntax", "s"],
  [new InvalidFilter("f"), 400, "invalidFilter", "f"],
  [new InvalidPath("p"), 400, "invalidPath", "p"],
  [new InvalidValue("v"), 400, "invalidValue", "v"],
  [new NoTarget("n"), 400, "noTarget", "n"],
  [new Mutability("m"), 400, "mutability", "m"],
  [new TooMany("t"), 400, "tooMany", "t"],
  [new InvalidCursor("c"), 400, "invalidCursor", "c"],
  [new InvalidCount("c"), 400, "invalidCount", "c"],
  [
    new InvalidMembers("no such user or group: 01a20001-cabc-7e5b-bed5-566d9b3dfacd"),
    400,
    "invalidValue",
    "no such user or group: 01a20001-cabc-7e5b-bed5-566d9b3dfacd",
  ],
  [new NotFound("User", "4711"), 404, undefined, "User not found"],
  [
    new NotFound("User", "01a20001-cabc-7e5b-bed5-566d9b3dfacd"),
    404,
    undefined,
    "User 01a20001-cabc-7e5b-bed5-566d9b3dfacd not found",
  ],
  [new UniquenessConflict("User", "userName"), 409, "uniqueness", "another User has this userName"],
  [
    new VersionConflict("Group", "4711"),
    412,
    undefined,
    "the Group has changed: read it again and repeat the request",
  ],
  [new http.Unauthenticated("missing"), 401, undefined, "a valid bearer token is required"],
  [new http.Forbidden(["provision"]), 403, undefined, "the token needs the scope provision"],
  [new NotFilterable(), 403, undefined, "a filter cannot be used at this address"],
  [new BulkConflict("b"), 409, undefined, "b"],
  [new BulkTooLarge("l"), 413, "tooMany", "l"],
  [new NotImplemented("not here"), 501, undefined, "not here"],
  [new http.NotFoundPath(), 404, undefined, "there is nothing at this address"],
  [new http.MethodNotAllowed(["GET"]), 405, undefined, "this address takes GET"],
  [new http.BodyTooLarge(1_000), 413, undefined, "the body is larger than 1000 bytes"],
  [
    new http.MisdirectedRequest(),
    421,
    undefined,
    "this server does not answer for the host of the request; see the setting PUBLIC_URL",
  ],
  [new http.TooManyRequests(2_500), 429, undefined, "too many requests, try again later"],
  [new Unavailable("pool of db-1 exhausted"), 503, undefined, "temporarily unavailable, try again later"],
  [new Surprise("/var/lib/secret"), 500, undefined, "internal error"],
  [
    new TypeError("cannot read properties of undefined (reading 'password')"),
    500,
    undefined,
    "internal error",
  ],
  ["thrown text", 500, undefined, "internal error"],
  [undefined, 500, undefined, "internal error"],
])("%s is answered %d %s", (error, status, scimType, detail) => {
  const rendered = renderScimError(error);
  expect(rendered.body).toEqual({
    schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
    status: String(status),
    ...(scimType === undefined ? {} : { scimType }),
    detail,
  });
  expect([rendered.status, rendered.unexpected]).toEqual([status, status === 500]);
});

test("a detail stays short", () =>
  expect(renderScimError(new InvalidValue("x".repeat(500))).body.detail).toHaveLength(200));
