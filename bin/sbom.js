// Prints what an installed package consists of, as CycloneDX 1.5. `npm sbom` leaves out half of the bundled
// libraries, and does not know of files that are copied. The same lock file gives the same text.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { COPIED, productionPackages } from "./production-packages.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const read = (file) => JSON.parse(readFileSync(join(root, file), "utf8"));
const own = read("package.json");
const lock = read("package-lock.json");
const packages = productionPackages(lock);

const reference = ({ name, version }) => `pkg:npm/${name.replace("@", "%40")}@${version}`;
const referenceAt = (path) => reference(packages.get(path));

function component(each) {
  const [algorithm, digest] = each.integrity?.split("-") ?? [];
  return {
    type: "library",
    "bom-ref": reference(each),
    name: each.name,
    version: each.version,
    scope: each.optional ? "optional" : "required",
    ...(digest === undefined
      ? {}
      : {
          hashes: [
            {
              alg: algorithm.toUpperCase().replace("SHA", "SHA-"),
              content: Buffer.from(digest, "base64").toString("hex"),
            },
          ],
        }),
    licenses: [/[ ()]/.test(each.license) ? { expression: each.license } : { license: { id: each.license } }],
    purl: reference(each),
    ...(COPIED.includes(each.name)
      ? {
          properties: [
            { name: "dingtalk-scim:part", value: "a few files of this package, in dist/node_modules" },
          ],
        }
      : {}),
  };
}

const unique = (list) => [...new Map(list.map((each) => [each["bom-ref"] ?? each.ref, each])).values()];
const top = [...Object.keys(own.dependencies), ...Object.keys(own.optionalDependencies), ...COPIED];
const bom = {
  bomFormat: "CycloneDX",
  specVersion: "1.5",
  version: 1,
  metadata: {
    component: {
      type: "application",
      "bom-ref": reference(own),
      name: own.name,
      version: own.version,
      purl: reference(own),
      licenses: [{ license: { id: own.license } }],
    },
  },
  components: unique([...packages.values()].map(component)),
  dependencies: unique([
    { ref: reference(own), dependsOn: top.map((name) => referenceAt(`node_modules/${name}`)).sort() },
    ...[...packages.values()].map((each) => ({
      ref: reference(each),
      dependsOn: [...new Set(each.needs.map(referenceAt))].sort(),
    })),
  ]),
};
process.stdout.write(`${JSON.stringify(bom, undefined, 2)}\n`);
