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

interface Traffic {
  readonly requests: number;
  readonly refused: number;
  readonly failed: number;
}
const NONE: Traffic = { requests: 0, refused: 0, failed: 0 };

export interface SourcesOptions {
  readonly list: () => Promise<readonly SourceSeen[]>;
  /** By the id of the source. */
  readonly traffic: () => Promise<
    ReadonlyMap<string, { readonly lastHour: Traffic; readonly lastDay: Traffic }>
  >;
  readonly publicUrl: string;
  /** The parts of the set-up that exist. */
  readonly setup: () => Promise<{
    readonly token: boolean;
    readonly person: boolean;
    readonly group: boolean;
  }>;
}

/** `/api/sources`: the SCIM clients, their requests, and the settings for a new one. */
export function sourcesEndpoint({ list, traffic, publicUrl, setup }: SourcesOptions): Mount {
  const router = Router();
  router
    .route("/")
    .get(async (_req: Request, res: Response) => {
      const [sources, seen, recent] = await Promise.all([list(), setup(), traffic()]);
      sendJson(res, 200, {
        sources: sources.map(({ lastRequestAt, ...source }) => ({
          ...source,
          lastRequestAt: lastRequestAt ?? null,
          traffic: recent.get(source.id) ?? { lastHour: NONE, lastDay: NONE },
        })),
        setup: { ...seen, request: sources.some(({ lastRequestAt }) => lastRequestAt !== undefined) },
        connect: { tenantUrl: `${publicUrl}/scim/v2`, tokenEndpoint: `${publicUrl}/oauth2/token` },
      });
    })
    .all(methodNotAllowed("GET"));
  return { path: "/api/sources", access: ["admin", "history:read"], handler: router };
}
