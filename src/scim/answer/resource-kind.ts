import type { RequestContext } from "../../directory/context.ts";
import type { ListQuery, Page } from "../../directory/list-query.ts";
import type { VersionCheck } from "../../directory/users.ts";
import type { Body } from "../json.ts";
import type { ResourceSchema } from "../schema/attributes.ts";
import type { Projection } from "./projection.ts";

/** The common part of stored resources. `document` is JSON text; times are in the form of RFC 3339. */
export interface Stored {
  readonly id: string;
  readonly version: number;
  readonly createdAt: string;
  readonly modifiedAt: string;
  readonly document: string;
}

/** JSON text, in pieces if it may be large. */
export type Text = string | AsyncIterable<string>;

/** One resource type for routes, searches and bulk jobs. Bodies have passed `checkedBody`. */
export interface ResourceKind<T extends Stored = Stored> {
  readonly schema: ResourceSchema;
  /** Relative to the root of SCIM: `/Users`. */
  readonly endpoint: string;
  /** The status of a PATCH in a bulk job. */
  readonly patchStatus: 200 | 204;
  /**
   * The answer of a PATCH without requested attributes. Undefined: no body (RFC 7644 section 3.5.2 allows
   * both). Without this function: the written resource.
   */
  answerOfPatch?(written: T): Promise<T | undefined>;
  /** Whether concurrent creates share a commit and are faster. */
  readonly createsShareCommits: boolean;
  locationOf(id: string): string;
  newId(): string;
  /**
   * `id`: an id from `newId` that a bulk job has assigned before, so that other operations can refer to it.
   */
  create(context: RequestContext, body: Body, id?: string): Promise<T>;
  get(context: RequestContext, id: string): Promise<T>;
  list(context: RequestContext, query: ListQuery): Promise<Page<T>>;
  replace(context: RequestContext, id: string, body: Body, ifVersion?: VersionCheck): Promise<T>;
  patch(context: RequestContext, id: string, body: Body, ifVersion?: VersionCheck): Promise<T>;
  remove(context: RequestContext, id: string, ifVersion?: VersionCheck): Promise<void>;
  render(resource: T, projection: Projection): Text;
}
