import { spawn } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/core/clock.ts";
import { freePort } from "../../src/database/embedded/server.ts";
import { storedLog } from "../../src/history/log/sources.ts";
import { verifyLog } from "../../src/history/log/verify.ts";
import { logKey, newSecret } from "../../src/keys/log-key.ts";
import { beginLog } from "../../src/store/history/log/keys.ts";
import { createLogReader } from "../../src/store/history/log/reader.ts";
import { createSealStore } from "../../src/store/history/log/seal.ts";
import type { Pool } from "../../src/store/postgres/pool.ts";
import { ended } from "../support/programs.ts";
import { shareKey } from "./bench-key.ts";

/*
 * A long history as a log: sealed, verified beside the database, and verified from another machine as an
 * auditor does.
 */

const FIRST = "00000000-0000-7000-8000-000000000000";
const TOKEN = "a-bootstrap-token-of-forty-characters-00";
const program = join(__dirname, "..", "..", "bin", "dingtalk-scim.js");
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const secondsSince = (beganMs: number): number => (systemClock.monotonicMs() - beganMs) / 1_000;

/** Whether both found it in order. */
export async function proveLog(
  pool: Pool,
  { url, folder, events }: { readonly url: string; readonly folder: string; readonly events: number },
): Promise<boolean> {
  const key = logKey("bench.example.com/history/1", createPrivateKey(newSecret()));
  await beginLog(pool, key.verifier);
  const store = createSealStore(pool, { clock: systemClock, loadKey: async () => key, witnessed: false });
  let beganMs = systemClock.monotonicMs();
  await store.sealFrom(FIRST, new AbortController().signal);
  say(
    `sealed ${events} events in ${secondsSince(beganMs).toFixed(1)} s, ${Math.round(events / secondsSince(beganMs))} a second`,
  );
  await pool.query("vacuum analyze history_leaves");

  global.gc?.();
  const before = process.memoryUsage().rss;
  beganMs = systemClock.monotonicMs();
  const verdict = await verifyLog(storedLog(createLogReader(pool)));
  const grown = Math.round((process.memoryUsage().rss - before) / 2 ** 20);
  const told = verdict.ok ? `${verdict.verified.size} entries` : verdict.fault.message;
  say(
    `verified beside the database in ${secondsSince(beganMs).toFixed(1)} s, memory ${grown} MB more: ${told}`,
  );

  const isSameOverHttp = await overHttp(url, folder);
  return verdict.ok && isSameOverHttp;
}

/**
 * The built product as server, with the limits it has by default, and its command. `VERIFY_WITH`: the program
 * of another version, which is compared with it.
 */
async function overHttp(url: string, folder: string): Promise<boolean> {
  shareKey(folder);
  const [port, simulatorPort] = [await freePort(), await freePort()];
  const settings = {
    ...process.env,
    ...{
      DATABASE_URL: url,
      DATA_DIR: join(folder, "server"),
      ROLE: "api",
      BOOTSTRAP_TOKEN: TOKEN,
      LOG_LEVEL: "warn",
    },
    ...{ PORT: String(port), SIMULATOR_PORT: String(simulatorPort) },
  };
  const server = spawn(process.execPath, [program, "serve"], { stdio: "ignore", env: settings });
  try {
    const address = `http://127.0.0.1:${port}`;
    const isReady = async () => (await fetch(`${address}/readyz`).catch(() => undefined))?.ok ?? false;
    while (!(await isReady())) await systemClock.sleep(100);
    const other = process.env["VERIFY_WITH"];
    if (other !== undefined) say(`over HTTP by ${other}: ${(await verifyFrom(address, other, folder)).told}`);
    const { isVerified, told } = await verifyFrom(address, program, folder);
    say(`verified over HTTP ${told}`);
    return isVerified;
  } finally {
    server.kill("SIGTERM");
    await ended(server);
  }
}

async function verifyFrom(
  address: string,
  by: string,
  folder: string,
): Promise<{ readonly isVerified: boolean; readonly told: string }> {
  const beganMs = systemClock.monotonicMs();
  const command = spawn(
    process.execPath,
    [by, "history", "verify", "--from", address, "--token", TOKEN, "--json"],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, DATA_DIR: join(folder, "elsewhere") },
    },
  );
  let answer = "";
  command.stdout.on("data", (some: Buffer) => {
    answer += some;
  });
  let mostMb = 0;
  const watch = setInterval(() => {
    mostMb = Math.max(mostMb, residentMb(command.pid!));
  }, 200);
  await once(command, "close");
  clearInterval(watch);
  const { ok, verified } = JSON.parse(answer) as { ok: boolean; verified?: { size: number } };
  const told = `in ${secondsSince(beganMs).toFixed(1)} s, the command has at most ${mostMb} MB: ${verified?.size ?? answer} entries`;
  return { isVerified: ok, told };
}

/** Of Linux; 0 elsewhere, and when it has ended. */
function residentMb(pid: number): number {
  const file = `/proc/${pid}/statm`;
  return existsSync(file)
    ? Math.round((Number(readFileSync(file, "utf8").split(" ")[1]) * 4_096) / 2 ** 20)
    : 0;
}
