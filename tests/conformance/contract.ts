import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import * as formats from "ajv-formats";
import { parse } from "yaml";
import type { Exchange } from "./client.ts";

/* openapi.yaml as a judge of real answers. */

export interface Operation {
  readonly method: string;
  /** Below the root of SCIM: `/Users/{id}`. */
  readonly path: string;
  readonly statuses: readonly string[];
}

export interface Contract {
  readonly document: unknown;
  readonly operations: readonly Operation[];
  /** The documented path an address belongs to. */
  pathOf(path: string): string | undefined;
  /** What is wrong with an exchange; undefined when it is as documented. */
  problem(exchange: Exchange): string | undefined;
  /** Successful answers that are documented and were not seen yet, as `GET /Users 200`. */
  unseen(): readonly string[];
}

const ROOT = "/scim/v2";
const METHODS: readonly string[] = ["get", "put", "post", "patch", "delete"];

interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, { readonly $ref: string }>> }>>>
  >;
  readonly components: {
    readonly responses: Readonly<
      Record<string, { readonly content?: Readonly<Record<string, { readonly schema: { readonly $ref: string } }>> }>
    >;
  };
}

export function readContract(): Contract {
  const document = parse(readFileSync(join(__dirname, "..", "..", "openapi.yaml"), "utf8")) as Document;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default.default(ajv);
  ajv.addSchema(document, "openapi");
  const paths = Object.keys(document.paths).flatMap((path) => (path.startsWith(`${ROOT}/`) ? [path.slice(ROOT.length)] : []));
  const itemOf = (path: string) => document.paths[ROOT + path]!;
  const operations = paths.flatMap((path) =>
    Object.entries(itemOf(path)).flatMap(([method, { responses }]) =>
      METHODS.includes(method) ? [{ method: method.toUpperCase(), path, statuses: Object.keys(responses) }] : [],
    ),
  );
  const matchers = paths.map((path) => ({ path, test: new RegExp(`^${path.replaceAll(".", "\\.").replace("{id}", "[^/]+")}/?$`, "i") }));
  // A name such as `.search` is no id: the longest description of an address goes first.
  matchers.sort((left, right) => Number(left.path.includes("{")) - Number(right.path.includes("{")));
  const seen = new Set<string>();

  const pathOf = (path: string) => matchers.find(({ test }) => test.test(path))?.path;

  function schemaOf(path: string, method: string, status: string): ValidateFunction | "none" | undefined {
    const reference = itemOf(path)[method.toLowerCase()]?.responses[status]?.$ref.split("/").at(-1);
    if (reference === undefined) return undefined;
    const content = document.components.responses[reference]!.content;
    return content === undefined ? "none" : ajv.getSchema(`openapi${content["application/scim+json"]!.schema.$ref}`);
  }

  return {
    document,
    operations,
    pathOf,
    problem({ method, path, answer }) {
      const place = pathOf(path);
      const status = String(answer.status);
      if (place === undefined) return answer.status === 404 ? undefined : `${path} is not documented`;
      const documented = method === "HEAD" ? "GET" : method;
      if (!operations.some((operation) => operation.path === place && operation.method === documented)) {
        return answer.status === 405 || answer.status === 501 ? undefined : `${method} ${place} is not documented`;
      }
      const name = `${method} ${place} ${status}`;
      const schema = schemaOf(place, documented, status);
      if (schema === undefined) return `${name} is not documented`;
      seen.add(name);
      if (method === "HEAD" || schema === "none") return answer.text === "" ? undefined : `${name} has a body`;
      return schema(answer.body) ? undefined : `${name}: ${ajv.errorsText(schema.errors)}: ${answer.text.slice(0, 300)}`;
    },
    unseen: () =>
      operations.flatMap(({ method, path, statuses }) =>
        statuses
          .map((status) => `${method} ${path} ${status}`)
          .filter((name) => (name.endsWith(" 501") || / [23]\d\d$/.test(name) ? !seen.has(name) : false)),
      ),
  };
}
