import type { RequestContext } from "../../directory/context.ts";
import type { ListQuery, Page } from "../../directory/list-query.ts";
import type { VersionCheck } from "../../directory/users.ts";
import type { Body } from "../json.ts";
import type { ResourceSchema } from "../schema/attributes.ts";
import type { Projection } from "./projection.ts";

/** What every stored resource has. `document` is JSON text; instants are as RFC 3339 writes them. */
export interface Stored {
  readonly id: string;
  readonly version: number;
  readonly createdAt: string;
  readonly modifiedAt: string;
  readonly document: string;
}

/** JSON text, in pieces where the whole of it may be large. */
export type Text = string | AsyncIterable<string>;

/** One type of resource: what routes, searches and bulk jobs need to know of it. Bodies have passed `checkedBody`. */
export interface ResourceKind<T extends Stored = Stored> {
  readonly schema: ResourceSchema;
  /** Below the root of SCIM: `/Users`. */
  readonly endpoint: string;
  /** What a PATCH within a bulk job answers. */
  readonly patchStatus: 200 | 204;
  /**
   * What a PATCH is answered with where nobody asked for attributes; undefined: without a body (RFC 7644 section 3.5.2 allows both). Left out: what was
   * written.
   */
  answerOfPatch?(written: T): Promise<T | undefined>;
  /** Whether concurrent creates are faster. */
  readonly createsShareCommits: boolean;
  locationOf(id: string): string;
  newId(): string;
  /** `id`: one from `newId`, given out beforehand by a bulk job, so that other operations can refer to it. */
  create(context: RequestContext, body: Body, id?: string): Promise<T>;
  get(context: RequestContext, id: string): Promise<T>;
  list(context: RequestContext, query: ListQuery): Promise<Page<T>>;
  replace(context: RequestContext, id: string, body: Body, ifVersion?: VersionCheck): Promise<T>;
  patch(context: RequestContext, id: string, body: Body, ifVersion?: VersionCheck): Promise<T>;
  remove(context: RequestContext, id: string, ifVersion?: VersionCheck): Promise<void>;
  render(resource: T, projection: Projection): Text;
}
