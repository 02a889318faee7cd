import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/core/clock.ts";
import { type Load, startLoad } from "../support/network/load.ts";
import { removeLeftover } from "../support/postgres/leftovers.cjs";
import { openPlace, type Place } from "../support/server.ts";

/*
 * The embedded database's disk is full for a while. It is a file system of its own in memory, which takes
 * root on Linux to make, and a minute: `npm run test:root`.
 */

const TOKEN = "a-bootstrap-token-of-forty-characters-00";
const FULL_MS = 15_000;
const BACK_MS = 5_000;

jest.setTimeout(180_000);

let disk: string;
let place: Place;
let load: Load | undefined;
beforeEach(async () => {
  disk = mkdtempSync(join(tmpdir(), "full-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=260m,mode=777", "tmpfs", disk]);
  place = await openPlace();
});
afterEach(async () => {
  await load?.stop();
  await place.clear();
  await removeLeftover(join(disk, "data"));
  execFileSync("umount", [disk]);
  rmSync(disk, { recursive: true });
});

/** Once more for what was given back meanwhile. */
function fill(): void {
  const { bavail, bsize } = statfsSync(disk);
  try {
    writeFileSync(join(disk, `filler-${performance.now()}`), Buffer.alloc(bavail * bsize));
  } catch (error) {
    // The database was faster: the file holds what there was.
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}

const removeFillers = () => execFileSync("find", [disk, "-maxdepth", "1", "-name", "filler-*", "-delete"]);

test("a full disk: writes are refused with 503 and a time, reads are answered, nothing is lost, and all goes on by itself", async () => {
  const dataDir = join(disk, "data");
  mkdirSync(dataDir);
  chmodSync(dataDir, 0o777);
  const server = await place.start({
    DATA_DIR: dataDir,
    BOOTSTRAP_TOKEN: TOKEN,
    RATE_LIMIT_PER_CLIENT: "0",
    LOG_LEVEL: "warn",
  });
  const began = startLoad(place.url, TOKEN, 8);
  load = began;
  while (began.sent.filter(({ id }) => id !== undefined).length < 200) await systemClock.sleep(20);

  const fullMs = performance.now();
  while (performance.now() - fullMs < FULL_MS) {
    fill();
    await systemClock.sleep(500);
  }
  removeFillers();
  const freedMs = performance.now();
  while (!began.sent.some(({ atMs, id }) => atMs > freedMs && id !== undefined)) await systemClock.sleep(20);
  const backMs = performance.now() - freedMs;
  await began.stop();

  const { sent } = began;
  const refused = sent.filter(({ status }) => status === 503);
  expect(refused.length).toBeGreaterThan(10);
  expect(
    sent.filter(
      ({ status, retryAfter }) => ![200, 201].includes(status) && !(status === 503 && Number(retryAfter) > 0),
    ),
  ).toEqual([]);
  expect(sent.filter(({ kind, status }) => kind === "read" && status !== 200)).toEqual([]);
  expect(backMs).toBeLessThan(BACK_MS);
  const acknowledged = sent.flatMap(({ id }) => id ?? []);
  const missing: string[] = [];
  for (const id of acknowledged) {
    const answer = await fetch(`${place.url}/scim/v2/Users/${id}`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    if (answer.status !== 200) missing.push(id);
  }
  expect(missing).toEqual([]);
  expect([server.child.exitCode, server.child.signalCode]).toEqual([null, null]);
  expect(server.stdout).toContain("the disk of the database is full");
  process.stderr.write(
    `full disk: ${sent.length} requests, ${refused.length} refused, ${acknowledged.length} acknowledged, none lost, back after ${Math.round(backMs)} ms\n`,
  );
});
