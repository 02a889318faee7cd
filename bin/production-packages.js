/** Packages of which a few files come along with the program (copy-parts.js). */
export const COPIED = ["@prisma/client", "swagger-ui-dist"];

/**
 * What an installed package consists of, by its path in a lock file (version 3): what the root's dependencies
 * reach without optional peers, and what is copied. The flags in the file do not tell: a compiler is an
 * optional peer of a library that runs.
 */
export function productionPackages(lock) {
  const entry = (path) => lock.packages[path];
  const reached = new Map();
  const waiting = [...dependenciesOf(entry("")), ...COPIED].map((name) => find(lock, "", name));
  for (const path of waiting) {
    if (path === undefined || reached.has(path)) continue;
    // Of what is copied none of its own dependencies come along.
    const isCopied = COPIED.includes(nameOf(path));
    const needs = isCopied
      ? []
      : dependenciesOf(entry(path))
          .map((name) => find(lock, path, name))
          .filter((each) => each !== undefined);
    reached.set(path, { ...entry(path), name: nameOf(path), needs });
    waiting.push(...needs);
  }
  return new Map([...reached].sort(([left], [right]) => (left < right ? -1 : 1)));
}

function dependenciesOf({
  dependencies = {},
  optionalDependencies = {},
  peerDependencies = {},
  peerDependenciesMeta = {},
}) {
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  return [...Object.keys(dependencies), ...Object.keys(optionalDependencies), ...peers];
}

/** Where Node finds a package: in the nearest node_modules folder upwards. */
function find(lock, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    const path = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
    if (path in lock.packages) return path;
    if (folder === "") return undefined;
  }
}

const nameOf = (path) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
