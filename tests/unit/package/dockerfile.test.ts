import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Instruction, readDockerfile, type Stage } from "../../support/deploy/dockerfile.ts";

/* What a linter of Dockerfiles would say, and what we promise of the image. No Docker is needed. */

const root = join(__dirname, "..", "..", "..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const stages = readDockerfile(read("Dockerfile"));
const { version, engines } = JSON.parse(read("package.json")) as {
  version: string;
  engines: { node: string };
};

const stage = (name: string): Stage => stages.find((each) => each.name === name)!;
/** With those of the stages that it begins with. */
const all = ({ from, instructions }: Stage): readonly Instruction[] => {
  const below = stages.find(({ name }) => name === from);
  return [...(below === undefined ? [] : all(below)), ...instructions];
};
const last = (name: string, word: string): string | undefined =>
  all(stage(name)).findLast((each) => each.word === word)?.rest;
const FINAL = ["production", "sandbox"];

test("every image has an exact version, all the same, that we support", () => {
  const images = stages.map(({ from }) => from).filter((from) => stages.every(({ name }) => name !== from));
  expect(new Set(images).size).toBe(1);
  const [, major] = /^node:(\d+)\.\d+\.\d+-[a-z]+-slim$/.exec(images[0]!) ?? [];
  expect(Number(major)).toBeGreaterThanOrEqual(Number(/\d+/.exec(engines.node)![0]));
  expect(last("production", "LABEL")).toContain(`base.name="docker.io/library/${images[0]}"`);
});

test("the last stage, which is built without a target, is the one for production", () => {
  expect(stages.at(-1)!.name).toBe("production");
});

test.each(FINAL)("%s runs as a number that is not root, says how it is, and stops in order", (name) => {
  expect(last(name, "USER")).toBe("10001:10001");
  expect(last(name, "HEALTHCHECK")).toContain("/readyz");
  expect(last(name, "STOPSIGNAL")).toBe("SIGTERM");
  expect(JSON.parse(last(name, "ENTRYPOINT")!)).toEqual([
    "node",
    "/app/node_modules/dingtalk-scim/bin/dingtalk-scim.js",
  ]);
  expect(JSON.parse(last(name, "CMD")!)).toEqual(["serve"]);
  expect(last(name, "ENV")).toContain("HOST=0.0.0.0");
});

test("the label has the version of the package", () => {
  expect(all(stage("production")).filter(({ rest }) => rest === `VERSION="${version}"`)).toHaveLength(1);
  for (const name of ["title", "description", "licenses", "version", "revision"])
    expect(last("production", "LABEL")).toContain(`org.opencontainers.image.${name}=`);
});

test("production has no database, no volume and no settings of its own but where it listens", () => {
  const production = all(stage("production"));
  expect(production.filter(({ word }) => word === "VOLUME")).toEqual([]);
  expect(last("production", "ENV")).toBe("NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data");
  const installs = stage("install").instructions.filter(({ rest }) => rest.startsWith("npm install"));
  expect(installs).toHaveLength(1);
  expect(installs[0]!.rest).toMatch(/--omit=dev --omit=optional --ignore-scripts --offline/);
});

test("what is copied into an image belongs to root, and nothing comes from an address", () => {
  for (const name of FINAL) {
    const copies = all(stage(name)).filter(({ word }) => word === "COPY");
    expect(copies.map(({ flags }) => flags["chown"])).toEqual(["0:0"]);
  }
  const words = stages.flatMap(({ instructions }) => instructions.map(({ word }) => word));
  expect(words).not.toContain("ADD");
  const runs = stages.flatMap(({ instructions }) =>
    instructions.filter(({ word }) => word === "RUN").map(({ rest }) => rest),
  );
  expect(runs.filter((run) => /curl|wget|apt-get|sudo|:latest/.test(run))).toEqual([]);
});

test("secrets and what is made elsewhere stay out of the build", () => {
  const ignored = read(".dockerignore").trim().split("\n");
  expect(ignored).toEqual(
    expect.arrayContaining([".env", ".git", ".data", "node_modules", "dist", "src/generated", "tests"]),
  );
});
