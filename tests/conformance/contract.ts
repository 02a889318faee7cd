import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import * as formats from "ajv-formats";
import { parse } from "yaml";
import type { Exchange } from "./client.ts";

/* Compares real answers with openapi.yaml. */

export interface Operation {
  readonly method: string;
  /** Path below the root, such as `/Users/{id}`. */
  readonly path: string;
  readonly statuses: readonly string[];
  /**
   * Who may call it: a token or session with one of these scopes, or a person with one of these roles.
   * Undefined if everybody may.
   */
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
  /** The documented path that matches an address. */
  pathOf(path: string): string | undefined;
  /** The difference between an exchange and the documentation. Undefined if there is none. */
  problem(exchange: Exchange): string | undefined;
  /**
   * Documented answers that have not occurred yet, such as `GET /Users 200`: of 2xx and 501, or of
   * `statuses`.
   */
  unseen(statuses?: RegExp): readonly string[];
}

const SCIM_ROOT = "/scim/v2";
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
    holders: {
      scopes: scopes ?? [],
      roles: roles ?? [],
      bearer: ways.some((way) => "bearer" in way),
      areStated: Boolean(scopes && roles),
    },
  };
}

/** SCIM answers have either of two media types, by the client's `Accept`. */
const mediaTypes = (type: string): readonly string[] =>
  type === "application/scim+json" ? [type, "application/json"] : [type];
const isOfType = (type: string, sent: string | null): boolean =>
  sent !== null && mediaTypes(type).includes(sent.split(";")[0]!);

/** Reads the documented operations below `root`. The default is SCIM. */
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
        ? [
            {
              method: method.toUpperCase(),
              path,
              statuses: Object.keys(operation.responses),
              ...holdersOf(operation, document.security),
            },
          ]
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
  // Paths without parameters come first, so that a name such as `.search` does not match `{id}`.
  matchers.sort((left, right) => Number(left.path.includes("{")) - Number(right.path.includes("{")));
  const seen = new Set<string>();

  const pathOf = (path: string) => matchers.find(({ test }) => test.test(path))?.path;

  function answerOf(
    path: string,
    method: string,
    status: string,
    sent: string | null,
  ): DocumentedAnswer | "empty" | undefined {
    const reference = itemOf(path)[method.toLowerCase()]?.responses[status]?.$ref.split("/").at(-1);
    if (reference === undefined) return undefined;
    const types = Object.keys(document.components.responses[reference]!.content ?? {});
    // A file has several types, of which a parameter chooses one.
    const type = types.find((each) => isOfType(each, sent)) ?? types[0];
    if (type === undefined) return "empty";
    const schema = ajv.getSchema(
      `openapi#/components/responses/${reference}/content/${type.replace("/", "~1")}/schema`,
    );
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
        return answer.status === 405 || answer.status === 501
          ? undefined
          : `${method} ${place} is not documented`;
      }
      const name = `${method} ${place} ${status}`;
      const sent = answer.headers.get("content-type");
      const expected = answerOf(place, documented, status, sent);
      if (expected === undefined) return `${name} is not documented`;
      seen.add(name);
      if (method === "HEAD" || expected === "empty")
        return answer.text === "" ? undefined : `${name} has a body`;
      const { type, schema } = expected;
      if (!isOfType(type, sent)) return `${name} is ${sent}, not ${type}`;
      return schema(/[/+]json$/.test(type) ? answer.body : answer.text)
        ? undefined
        : `${name}: ${ajv.errorsText(schema.errors)}: ${answer.text.slice(0, 300)}`;
    },
    unseen: (wanted = /[23]\d\d|501/) =>
      operations.flatMap(({ method, path, statuses }) =>
        statuses
          .map((status) => `${method} ${path} ${status}`)
          .filter((name) => wanted.test(name.slice(-3)) && !seen.has(name)),
      ),
  };
}
