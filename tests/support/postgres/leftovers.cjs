/**
 * Stops the PostgreSQL in the folder of a test run, and removes the folder. As a program (`node leftovers.cjs
 * FOLDER`) it first waits until its standard input closes. This happens at every end of the test run, also
 * after `kill -9`.
 */
const { existsSync, readFileSync, readlinkSync, realpathSync, rmSync } = require("node:fs");
const { join } = require("node:path");
const { setTimeout: wait } = require("node:timers/promises");

async function removeLeftover(folder) {
  if (!existsSync(folder)) return;
  const cluster = join(realpathSync(folder), "postgres", "cluster");
  for (
    let tries = 0, pid = running(cluster);
    tries < 200 && pid !== undefined;
    tries += 1, pid = running(cluster)
  ) {
    endServer(pid);
    await wait(25);
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function endServer(pid) {
  try {
    process.kill(pid, "SIGQUIT");
  } catch (error) {
    // The server has ended in the meantime.
    if (error.code !== "ESRCH") throw error;
  }
}

/** The pid of the server of this data directory, if it runs. Undefined if another process has the pid now. */
function running(cluster) {
  try {
    const pid = Number.parseInt(readFileSync(join(cluster, "postmaster.pid"), "utf8"), 10);
    process.kill(pid, 0);
    return process.platform !== "linux" || readlinkSync(`/proc/${pid}/cwd`) === cluster ? pid : undefined;
  } catch {
    return undefined;
  }
}

module.exports = { removeLeftover };

if (require.main === module) {
  process.stdin.resume();
  process.stdin.once("close", () => removeLeftover(process.argv[2]));
}
