import { type RequestHandler, Router } from "express";
import type { Logger } from "../core/logger.ts";
import type { GroupDirectory } from "../directory/groups.ts";
import type { UserDirectory } from "../directory/users.ts";
import type { Mount } from "../http/mount.ts";
import type { RenderError } from "../http/problem.ts";
import { SCIM_JSON } from "./answer/send.ts";
import { bulkRoutes } from "./bulk/bulk.ts";
import { discoveryRoutes } from "./discovery.ts";
import { renderScimError } from "./errors.ts";
import { groupKind } from "./groups.ts";
import { meRoutes } from "./me.ts";
import { addResourceRoutes } from "./resource-routes.ts";
import { searchRoutes } from "./search.ts";
import { userKind } from "./users.ts";

export interface ScimOptions {
  readonly users: UserDirectory;
  readonly groups: GroupDirectory;
  readonly logger: Logger;
  /** PUBLIC_URL: the origin in `Location`, `meta.location` and `$ref`. */
  readonly publicUrl: string;
  /** Whether a PATCH with a `remove` of `members` without values may empty a group; false when unset. */
  readonly allowRemoveAllMembers?: boolean;
}

const SCIM_PATH = "/scim/v2";

/** The SCIM service provider as a mount: its routes, its scope and its errors. */
export const scimMount = (options: ScimOptions): Mount => ({
  path: SCIM_PATH,
  handler: scimRouter(options),
  access: ["provision"],
  rateLimited: true,
  renderError,
});

function scimRouter({
  users,
  groups,
  logger,
  publicUrl,
  allowRemoveAllMembers = false,
}: ScimOptions): RequestHandler {
  const baseUrl = `${publicUrl.replace(/\/+$/, "")}${SCIM_PATH}`;
  const user = userKind(users, baseUrl);
  const group = groupKind(groups, { baseUrl, allowRemoveAllMembers });
  const kinds = [user, group];
  const router = Router();
  addResourceRoutes(router, user);
  addResourceRoutes(router, group);
  router.use(searchRoutes(kinds), bulkRoutes(kinds, logger), discoveryRoutes(baseUrl), meRoutes());
  return router;
}

const renderError: RenderError = (error) => {
  const { status, body, unexpected } = renderScimError(error);
  return { status, contentType: SCIM_JSON, body: { ...body }, unexpected };
};
