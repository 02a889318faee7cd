import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import * as formats from "ajv-formats";
import { parse } from "yaml";
import type { Exchange } from "./client.ts";

/* openapi.yaml as a judge of real answers. */

export interface Operation {
  readonly method: string;
  /** Below the root: `/Users/{id}`. */
  readonly path: string;
  readonly statuses: readonly string[];
  /** Who may: a token or session with one of these scopes, somebody signed in with one of these roles. Undefined where everybody may. */
  readonly holders?: {
    readonly scopes: readonly string[];
    readonly roles: readonly string[];
    readonly bearer: boolean;
    readonly areStated: boolean;
  };
}

export interface Contract {
  readonly document: unknown;
  readonly operations: readonly Operation[];
  /** The documented path an address belongs to. */
  pathOf(path: string): string | undefined;
  /** What is wrong with an exchange; undefined when it is as documented. */
  problem(exchange: Exchange): string | undefined;
  /** Answers that are documented and were not seen yet, as `GET /Users 200`: successful ones and 501, or those of `statuses`. */
  unseen(statuses?: RegExp): readonly string[];
}

export const SCIM_ROOT = "/scim/v2";
const METHODS: readonly string[] = ["get", "put", "post", "patch", "delete"];

interface DocumentedAnswer {
  readonly type: string;
  readonly schema: ValidateFunction;
}

interface DocumentedOperation {
  readonly responses: Readonly<Record<string, { readonly $ref: string }>>;
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly "x-scopes"?: readonly string[];
  readonly "x-roles"?: readonly string[];
}

interface Document {
  readonly security: readonly Readonly<Record<string, unknown>>[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: {
    readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
  };
}

function holdersOf(
  { security, "x-scopes": scopes, "x-roles": roles }: DocumentedOperation,
  ofAll: Document["security"],
): Pick<Operation, "holders"> {
  const ways = security ?? ofAll;
  if (ways.length === 0) return {};
  return {
    holders: { scopes: scopes ?? [], roles: roles ?? [], bearer: ways.some((way) => "bearer" in way), areStated: Boolean(scopes && roles) },
  };
}

/** SCIM answers in either of its types, as the client wishes. */
const mediaTypes = (type: string): readonly string[] => (type === "application/scim+json" ? [type, "application/json"] : [type]);

/** What is documented below `root`: SCIM, unless told otherwise. */
export function readContract(root: string = SCIM_ROOT): Contract {
  const document = parse(readFileSync(join(__dirname, "..", "..", "openapi.yaml"), "utf8")) as Document;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default.default(ajv);
  ajv.addSchema(document, "openapi");
  const paths = Object.keys(document.paths).flatMap((path) =>
    path === root || path.startsWith(`${root}/`) ? [path.slice(root.length)] : [],
  );
  const itemOf = (path: string) => document.paths[root + path]!;
  const operations = paths.flatMap((path) =>
    Object.entries(itemOf(path)).flatMap(([method, operation]) =>
      METHODS.includes(method)
        ? [{ method: method.toUpperCase(), path, statuses: Object.keys(operation.responses), ...holdersOf(operation, document.security) }]
        : [],
    ),
  );
  const matchers = paths.map((path) => ({
    path,
    test: new RegExp(
      `^${path
        .replaceAll(".", "\\.")
        .replaceAll("{tile}", ".+")
        .replaceAll(/\{\w+\}/g, "[^/]+")}/?$`,
      "i",
    ),
  }));
  // A name such as `.search` is no id: the longest description of an address goes first.
  matchers.sort((left, right) => Number(left.path.includes("{")) - Number(right.path.includes("{")));
  const seen = new Set<string>();

  const pathOf = (path: string) => matchers.find(({ test }) => test.test(path))?.path;

  function answerOf(path: string, method: string, status: string): DocumentedAnswer | "empty" | undefined {
    const reference = itemOf(path)[method.toLowerCase()]?.responses[status]?.$ref.split("/").at(-1);
    if (reference === undefined) return undefined;
    const [type] = Object.keys(document.components.responses[reference]!.content ?? {});
    if (type === undefined) return "empty";
    const schema = ajv.getSchema(`openapi#/components/responses/${reference}/content/${type.replace("/", "~1")}/schema`);
    if (!schema) throw new Error(`the schema of ${reference} cannot be read`);
    return { type, schema };
  }

  return {
    document,
    operations,
    pathOf,
    problem({ method, path, answer }) {
      const place = pathOf(path.replace(/\/{2,}/g, "/"));
      const status = String(answer.status);
      if (place === undefined) return answer.status === 404 ? undefined : `${path} is not documented`;
      const documented = method === "HEAD" ? "GET" : method;
      if (!operations.some((operation) => operation.path === place && operation.method === documented)) {
        return answer.status === 405 || answer.status === 501 ? undefined : `${method} ${place} is not documented`;
      }
      const name = `${method} ${place} ${status}`;
      const expected = answerOf(place, documented, status);
      if (expected === undefined) return `${name} is not documented`;
      seen.add(name);
      if (method === "HEAD" || expected === "empty") return answer.text === "" ? undefined : `${name} has a body`;
      const { type, schema } = expected;
      const sent = answer.headers.get("content-type");
      if (sent === null || !mediaTypes(type).includes(sent.split(";")[0]!)) return `${name} is ${sent}, not ${type}`;
      return schema(/[/+]json$/.test(type) ? answer.body : answer.text)
        ? undefined
        : `${name}: ${ajv.errorsText(schema.errors)}: ${answer.text.slice(0, 300)}`;
    },
    unseen: (wanted = /[23]\d\d|501/) =>
      operations.flatMap(({ method, path, statuses }) =>
        statuses.map((status) => `${method} ${path} ${status}`).filter((name) => wanted.test(name.slice(-3)) && !seen.has(name)),
      ),
  };
}
