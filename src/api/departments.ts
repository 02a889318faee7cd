import { type Request, type Response, Router } from "express";
import { isCanonicalUuid } from "../core/id.ts";
import { sendJson } from "../http/answer.ts";
import { methodNotAllowed } from "../http/methods.ts";
import type { Mount } from "../http/mount.ts";
import type { DepartmentList } from "../reconcile/department-list.ts";
import { afterOf, countOf, InvalidParameter, textOf } from "./query-values.ts";

/** `/api/departments`: the desired tree, one level at a time, or by a part of the name. */
export function departmentsEndpoint(departments: DepartmentList): Mount {
  const router = Router();
  router
    .route("/")
    .get(async (req: Request, res: Response) => {
      const parent = textOf(req, "parent");
      const text = textOf(req, "q");
      const after = afterOf(req, isCanonicalUuid);
      if (parent !== undefined && !isCanonicalUuid(parent))
        throw new InvalidParameter("parent must be the id of a department");
      if (parent !== undefined && text !== undefined)
        throw new InvalidParameter("parent and q exclude each other");
      const page = await departments.list({
        count: countOf(req),
        ...(parent === undefined ? {} : { parent }),
        ...(text === undefined ? {} : { text }),
        ...(after === undefined ? {} : { after }),
      });
      sendJson(res, 200, page);
    })
    .all(methodNotAllowed("GET"));
  return { path: "/api/departments", access: ["admin", "history:read"], handler: router };
}
