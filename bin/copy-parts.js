// The program needs a few files of two large packages (docs/adr/0043-one-package.md): 2.8 of 72 MB of the
// Prisma client, and 1.7 of 12 MB of the viewer of the API. They are copied beside the compiled program, to a
// folder where Node looks first, so the packages themselves are needed in a clone only.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const VIEWER = ["swagger-ui.css", "swagger-ui-bundle.js"];
/** What comes along with the files of any package. */
const PAPERS = /^(package\.json|LICENSE.*|NOTICE.*)$/i;

/** `dist`: the folder with the compiled program. */
export function copyParts(dist) {
  const wanted = [...prismaRuntime(dist), ...VIEWER.map((file) => `swagger-ui-dist/${file}`)]
    .map(resolved)
    .filter((file) => file !== undefined);
  const copies = new Map(
    [...wanted, ...papersOf(wanted)].map((file) => [join(dist, pathInModules(file)), file]),
  );
  for (const [copy, file] of copies) {
    if (isSame(copy, file)) continue;
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(file, copy);
  }
  const folder = join(dist, "node_modules");
  for (const old of existsSync(folder) ? filesBelow(folder) : []) if (!copies.has(old)) rmSync(old);
}

/** The parts of its run time that the generated client names. */
function prismaRuntime(dist) {
  const client = join(dist, "generated", "prisma");
  if (!existsSync(join(client, "client.js"))) return [];
  const texts = ["client.js", "internal/class.js", "internal/prismaNamespace.js"]
    .map((file) => join(client, file))
    .filter(existsSync);
  return texts.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/"(@prisma\/client\/[^"]+)"/g)].map(([, specifier]) => specifier),
  );
}

/** As the program's imports find it; undefined in a clone without these packages. */
function resolved(specifier) {
  try {
    const file = fileURLToPath(import.meta.resolve(specifier));
    return existsSync(file) ? file : undefined;
  } catch (error) {
    if (error.code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

function papersOf(files) {
  const packages = new Set(files.map((file) => packageOf(file)));
  return [...packages].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => PAPERS.test(name))
      .map((name) => join(folder, name)),
  );
}

const MODULES = `${sep}node_modules${sep}`;
const pathInModules = (file) => file.slice(file.lastIndexOf(MODULES) + 1);

function packageOf(file) {
  const [scopeOrName, name] = pathInModules(file).split(sep).slice(1);
  const modules = file.slice(0, file.lastIndexOf(MODULES) + MODULES.length);
  return join(modules, scopeOrName.startsWith("@") ? join(scopeOrName, name) : scopeOrName);
}

const isSame = (copy, file) =>
  existsSync(copy) &&
  statSync(copy).size === statSync(file).size &&
  readFileSync(copy).equals(readFileSync(file));

const filesBelow = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
