import { type Request, type Response, Router } from "express";
import { sendJson } from "../../http/answer.ts";
import { methodNotAllowed } from "../../http/methods.ts";
import type { Mount } from "../../http/mount.ts";

export interface SourceSeen {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly createdAt: Date;
  readonly lastRequestAt?: Date;
}

export interface SourcesOptions {
  readonly list: () => Promise<readonly SourceSeen[]>;
  readonly publicUrl: string;
  /** The parts of the set-up that exist. */
  readonly setup: () => Promise<{ readonly token: boolean; readonly person: boolean; readonly group: boolean }>;
}

/** `/api/sources`: the SCIM clients, the time of their last request, and the settings for a new one. */
export function sourcesEndpoint({ list, publicUrl, setup }: SourcesOptions): Mount {
  const router = Router();
  router
    .route("/")
    .get(async (_req: Request, res: Response) => {
      const [sources, seen] = await Promise.all([list(), setup()]);
      sendJson(res, 200, {
        sources: sources.map(({ lastRequestAt, ...source }) => ({ ...source, lastRequestAt: lastRequestAt ?? null })),
        setup: { ...seen, request: sources.some(({ lastRequestAt }) => lastRequestAt !== undefined) },
        connect: { tenantUrl: `${publicUrl}/scim/v2`, tokenEndpoint: `${publicUrl}/oauth2/token` },
      });
    })
    .all(methodNotAllowed("GET"));
  return { path: "/api/sources", access: ["admin", "history:read"], handler: router };
}
