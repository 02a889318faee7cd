import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The package's own folder, from src/ and from dist/ alike: the files that are neither compiled nor
 * configured live there.
 */
export const packageRoot = findRoot(dirname(fileURLToPath(import.meta.url)));
export const migrationsDirectory = join(packageRoot, "prisma", "migrations");
/** The built dashboard. */
export const dashboardDirectory = join(packageRoot, "dist", "web");
export const openapiFile = join(packageRoot, "openapi.yaml");

function findRoot(folder: string): string {
  if (existsSync(join(folder, "package.json"))) return folder;
  const above = dirname(folder);
  if (above === folder) throw new Error("the package's own folder was not found");
  return findRoot(above);
}
