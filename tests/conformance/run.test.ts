import { execFile } from "node:child_process";
import { join } from "node:path";
import { type ScimApp, startScimApp } from "../support/scim-app.ts";

/* The command `npm run conformance` of package.json. */

let app: ScimApp;

beforeAll(async () => {
  app = await startScimApp();
});

afterAll(() => app.close());

interface Ended {
  readonly code: number;
  readonly output: string;
}

const root = join(__dirname, "..", "..");

function conformance(...args: readonly string[]): Promise<Ended> {
  const program = [join(root, "tests/support/run-typescript.cjs"), join(__dirname, "run.ts"), ...args];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, program, { cwd: root }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });
}

test("says what passed, ends with 0, and leaves nothing behind", async () => {
  const { code, output } = await conformance(
    "--base",
    app.base,
    "--token",
    app.token,
    "--only",
    "RFC 7644 3.6",
  );
  expect(output).toMatch(/a deleted user is not found/);
  expect(output).toMatch(/3 passed, 0 failed\n$/);
  expect(code).toBe(0);
  const { rows } = await app.pool.query(
    "select (select count(*) from users) + (select count(*) from groups) as left",
  );
  expect(rows).toEqual([{ left: 0 }]);
});

test("says what failed and ends with 1", async () => {
  const { code, output } = await conformance(
    "--base",
    app.base,
    "--token",
    "wrong",
    "--only",
    "RFC 7644 3.6",
  );
  expect(output).toMatch(/FAILED/);
  expect(output).toMatch(/answered 401/);
  expect(output).toMatch(/0 passed, 3 failed\n$/);
  expect(code).toBe(1);
});

test("slows down when the server asks for it", async () => {
  const slow = await startScimApp({ ratePerClient: 20 });
  // The server is closed before the first expectation. An open server would keep a failed test run from
  // ending.
  const { code, output } = await conformance(
    "--base",
    slow.base,
    "--token",
    slow.token,
    "--only",
    "RFC 7644 3.14",
  ).finally(slow.close);
  expect([code, output]).toEqual([0, expect.stringMatching(/[1-9] passed, 0 failed\n$/)]);
});

test("wrong usage ends with 2", async () => {
  const { code, output } = await conformance("--base", app.base);
  expect(output).toMatch(/usage: npm run conformance/);
  expect(code).toBe(2);
});
