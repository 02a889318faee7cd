import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readDockerfile } from "../support/deploy/dockerfile.ts";
import { replay } from "../support/deploy/image-replay.ts";
import { createEmptyDatabase } from "../support/postgres/test-database.ts";
import {
  makeEncryptionKey,
  openPlace,
  type Place,
  runCommand,
  type Settings,
  tokenIn,
} from "../support/server.ts";

/*
 * The commands of the Dockerfile, played without Docker, and what comes of them, started as the image starts
 * it.
 */

jest.setTimeout(1_500_000);

const base = readDockerfile(readFileSync(join(__dirname, "..", "..", "Dockerfile"), "utf8")).find(
  ({ name }) => name === "base",
)!;
const value = (word: string): string => base.instructions.findLast((each) => each.word === word)!.rest;

/** Of the image; only root can become somebody else. */
const user = process.getuid?.() === 0 ? { uid: Number(value("USER").split(":")[0]) } : {};
const environment: Settings = Object.fromEntries(
  value("ENV")
    .split(" ")
    .map((each) => each.split("=") as [string, string]),
);

let folder: string;
let image: string;
let place: Place;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "image-"));
  chmodSync(folder, 0o755);
  image = await replay("install", folder);
  execFileSync("chmod", ["-R", "a-w,a+rX", image]);
  place = await openPlace();
});
afterAll(async () => {
  await place.clear();
  rmSync(folder, { recursive: true, force: true });
});

const options = () => {
  const [, program] = JSON.parse(value("ENTRYPOINT")) as readonly [string, string];
  return { ...user, cwd: join(image, value("WORKDIR")), program: join(image, program) };
};
/** As the image has it, but for the ports of this test. */
const settings = (): Settings => ({
  ...environment,
  PORT: place.settings["PORT"]!,
  SIMULATOR_PORT: place.settings["SIMULATOR_PORT"]!,
});

test("without DATABASE_URL it says that it needs one", async () => {
  const run = runCommand(JSON.parse(value("CMD")), settings(), options());
  expect([await run.ended(), run.stderr]).toEqual([3, expect.stringContaining("DATABASE_URL must be set")]);
});

test("it migrates, serves, is found healthy by its own check, and stops in order", async () => {
  const database = await createEmptyDatabase();
  const key = makeEncryptionKey(place.dataDir);
  const given: Settings = {
    ...settings(),
    DATABASE_URL: database.url,
    ENCRYPTION_KEY_FILE: key,
    ROLE: "api",
  };
  const migrated = runCommand(["migrate"], given, options());
  expect(await migrated.ended()).toBe(0);
  const server = await place.start(given, options());
  const [, check, ...args] = JSON.parse(value("HEALTHCHECK").replace(/^.*?CMD /, "")) as readonly string[];
  execFileSync(process.execPath, [check!, ...args], { env: { PORT: given["PORT"] } });
  const users = await fetch(`${place.url}/scim/v2/Users`, {
    headers: { authorization: `Bearer ${tokenIn(server.stderr)}` },
  });
  expect(users.status).toBe(200);
  server.child.kill("SIGTERM");
  expect(await server.ended()).toBe(0);
  expect(() =>
    execFileSync(process.execPath, [check!, ...args], { env: { PORT: given["PORT"] }, stdio: "ignore" }),
  ).toThrow();
  await database.drop();
});
