import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createLogger, logOutput } from "../../../src/process/log.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";

/** A device that takes nothing, as a full disk. */
const FULL = "/dev/full";
const onLinux = process.platform === "linux" ? test : test.skip;

const turn = () => new Promise((resolve) => setImmediate(resolve));

onLinux("a log on a full disk ends nothing, and the process can end", async () => {
  const file = openSync(FULL, "w");
  const output = logOutput(file);
  let failures = 0;
  (output as unknown as NodeJS.EventEmitter).on("error", () => failures++);
  const logger = createLogger({ level: "info", destination: output });
  while (failures < 3) {
    logger.info({ count: failures }, "a line");
    await turn();
  }
  output.flushSync();
  expect(failures).toBeGreaterThanOrEqual(3);
  closeSync(file);
});

test("what can be written is written", async () => {
  const folder = mkdtempSync(join(temporaryRoot(), "dingtalk-scim-log-"));
  const file = openSync(join(folder, "log"), "w");
  const output = logOutput(file);
  const written = once(output as unknown as NodeJS.EventEmitter, "write");
  createLogger({ level: "info", destination: output }).info({ count: 1 }, "a line");
  await written;
  expect(JSON.parse(readFileSync(join(folder, "log"), "utf8"))).toMatchObject({ count: 1, msg: "a line" });
  closeSync(file);
  rmSync(folder, { recursive: true });
});
