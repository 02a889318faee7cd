import type pg from "pg";
import type { DirectoryStore } from "../directory/ports.ts";
import { createClaims } from "./claims.ts";
import { createFacts } from "./facts.ts";
import { createGroupStore } from "./groups.ts";
import { createTree } from "./tree.ts";
import { createUserStore } from "./users.ts";

/** The directory in PostgreSQL. Every write marks the entities it concerns for each of `targets`. */
export const createDirectoryStore = (pool: pg.Pool, targets: readonly string[]): DirectoryStore => ({
  ...createUserStore(pool, targets),
  ...createGroupStore(pool, targets),
});

export type ReconcileStorage = ReturnType<typeof createReconcileStore>;

/** What the reconcile loop of one target keeps. */
export const createReconcileStore = (pool: pg.Pool, target: string) => ({
  ...createClaims(pool, target),
  ...createFacts(pool, target),
  ...createTree(pool, target),
});
