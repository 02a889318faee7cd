import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/* What an installed package consists of, and under which licences. */

const root = join(__dirname, "..", "..", "..");

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses: readonly { readonly license?: { readonly id?: string }; readonly expression?: string }[];
  readonly hashes?: readonly { readonly content: string }[];
}
const bom = JSON.parse(
  execFileSync(process.execPath, [join(root, "bin", "sbom.js")], { encoding: "utf8", maxBuffer: 16_000_000 }),
) as {
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
};

test("the bill of materials has every library that runs, with its digest, and no tool", () => {
  const names = bom.components.map(({ name }) => name);
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const wanted = [
    ...Object.keys(dependencies),
    ...Object.keys(optionalDependencies),
    "@prisma/client",
    "swagger-ui-dist",
    "@prisma/debug",
  ];
  expect(wanted.filter((name) => !names.includes(name))).toEqual([]);
  expect(
    names.filter((name) =>
      /^(typescript|prisma|jest|@jest\/|@swc\/|@faker-js\/|@biomejs\/|@scarf\/)/.test(name),
    ),
  ).toEqual([]);
  expect(
    bom.components
      .filter(({ hashes }) => !/^[0-9a-f]{128}$/.test(hashes?.[0]?.content ?? ""))
      .map(({ name }) => name),
  ).toEqual([]);
});

test("it is closed: what a library needs is in it", () => {
  const known = new Set(bom.components.map(({ purl }) => purl));
  expect(bom.dependencies.flatMap(({ dependsOn }) => dependsOn.filter((ref) => !known.has(ref)))).toEqual([]);
});

/** They ask for their notice to be kept, which the package does, and for nothing of what runs with them. */
const PERMISSIVE = [
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "ISC",
  "MIT",
  "MIT-0",
  "Python-2.0",
];

test("every library has a permissive licence", () => {
  const others = bom.components.flatMap(({ name, licenses }) =>
    licenses.flatMap(({ license, expression }) => {
      const named = expression ?? license?.id ?? "none";
      return named
        .replace(/[()]/g, "")
        .split(" OR ")
        .some((each) => PERMISSIVE.includes(each))
        ? []
        : [`${name}: ${named}`];
    }),
  );
  expect(others).toEqual([]);
});
