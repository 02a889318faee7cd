import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/core/clock.ts";
import { openPlace, type Place, runCommand } from "../../support/server.ts";

/*
 * What auditors take away and verify, by the commands of the built product, beside a running server and far
 * from it.
 */

const TOKEN = "a-bootstrap-token-of-forty-characters-00";
/** A second; so that whoever reads the log has to wait for it. */
const RATE = 4;

let place: Place;
let folder: string;
let token: string;
let key: string;

const command = async (...args: readonly string[]) => {
  const run = runCommand(args, place.settings);
  const code = await run.ended();
  return { code, stdout: run.stdout, stderr: run.stderr };
};
/** As an auditor has it: another machine, without an installation. */
const elsewhere = async (...args: readonly string[]) => {
  const run = runCommand(args, { DATA_DIR: join(folder, "nothing-here") });
  const code = await run.ended();
  return { code, stdout: run.stdout, stderr: run.stderr };
};

beforeAll(async () => {
  place = await openPlace();
  folder = mkdtempSync(join(tmpdir(), "history-commands-"));
  await place.start({ BOOTSTRAP_TOKEN: TOKEN, RATE_LIMIT_PER_CLIENT: `${RATE}`, LOG_LEVEL: "warn" });
  for (const userName of ["=ada", "bo", "cai"]) {
    const answer = await fetch(`${place.url}/scim/v2/Users`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/scim+json" },
      body: JSON.stringify({ schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName }),
    });
    expect(answer.status).toBe(201);
  }
  token = (await command("token", "create", "--name", "audit", "--scope", "history:read")).stdout.trim();
  const sealed = async () =>
    (JSON.parse((await command("history", "verify", "--json")).stdout) as { verified?: { size: number } })
      .verified?.size ?? 0;
  while ((await sealed()) < 5) await systemClock.sleep(200);
  key = (await command("history", "key")).stdout.trim();
});
afterAll(async () => {
  await place.clear();
  rmSync(folder, { recursive: true });
});

test("the log of a server is verified from another machine, which waits where it asks too often", async () => {
  const verify = (...more: readonly string[]) =>
    elsewhere("history", "verify", "--from", place.url, "--token", token, "--json", ...more);
  // Six requests each, and several at once.
  const all = await Promise.all([verify("--key", key), verify("--key", key), verify()]);
  for (const { code, stdout, stderr } of all) {
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, verified: { origin: key.split("+")[0] } });
  }
});

test("another key, a token without the scope and an address without a server are told apart", async () => {
  const verify = (from: string, ...more: readonly string[]) =>
    elsewhere("history", "verify", "--from", from, "--json", ...more);
  const other = "scim.example.com/history/1+c0a0ba6b+AZ3mmP2sUqf3cO0jNq2yZcLvb0E7m2vWrI0xv9sW1p4S";
  const wrongKey = await verify(place.url, "--token", token, "--key", other);
  expect(wrongKey.code).not.toBe(0);
  const client = (await command("token", "create", "--name", "client", "--scope", "provision")).stdout.trim();
  expect(await verify(place.url, "--token", client)).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("/history/checkpoint answers 403"),
  });
  expect(await verify("http://127.0.0.1:9", "--token", token)).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("does not answer"),
  });
});

test("the log as files verifies without a network, and a changed one names its entry", async () => {
  const files = join(folder, "tiles");
  expect(
    await elsewhere("history", "export", "--tiles", files, "--from", place.url, "--token", token),
  ).toMatchObject({ code: 0 });
  const anchors = join(files, "checkpoint");
  const verify = () =>
    elsewhere("history", "verify", "--from", files, "--key", key, "--anchors", anchors, "--json");
  const { code, stdout } = await verify();
  const { verified } = JSON.parse(stdout) as { verified: { size: number; anchors: number } };
  expect([code, verified.anchors]).toEqual([0, 1]);
  const events = join(files, "events", `000.p/${verified.size}`);
  writeFileSync(events, readFileSync(events, "utf8").replace("token:bootstrap", "token:somebody"));
  const altered = await verify();
  expect(altered.code).toBe(1);
  expect(JSON.parse(altered.stdout)).toMatchObject({
    ok: false,
    index: expect.any(Number),
    event: expect.any(String),
  });
});

test("a checkpoint that was copied from a message proves the log of a server, and an altered one does not", async () => {
  const message = join(folder, "message.txt");
  const verify = () =>
    elsewhere(
      "history",
      "verify",
      "--from",
      place.url,
      "--token",
      token,
      "--key",
      key,
      "--checkpoint",
      message,
      "--json",
    );
  const note = await (
    await fetch(`${place.url}/history/checkpoint`, { headers: { authorization: `Bearer ${token}` } })
  ).text();
  const quoted = `On Monday alerts@example.com wrote:\n${note.replaceAll(/^/gm, "> ")}\nLi`;
  writeFileSync(message, quoted);
  const { code, stdout, stderr } = await verify();
  expect([code, stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, verified: { anchors: 1 } });
  writeFileSync(
    message,
    quoted.replace(/^> (\d+)$/m, (_line, size) => `> ${Number(size) - 1}`),
  );
  expect(await verify()).toMatchObject({ code: 1 });
  writeFileSync(message, "Keep this message.");
  expect(await verify()).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("there is no checkpoint in it"),
  });
});

test("the events as a file, for its owner alone, and safe for a spreadsheet", async () => {
  const file = join(folder, "events.csv");
  expect(
    await command(
      "history",
      "export",
      "--format",
      "csv",
      "--filter",
      'code eq "user.created"',
      "--out",
      file,
    ),
  ).toMatchObject({
    code: 0,
  });
  const text = readFileSync(file, "utf8");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(text.startsWith('\ufeff"id","at","code"')).toBe(true);
  expect(text.trimEnd().split("\r\n")).toHaveLength(1 + 3);
  expect(text).toContain("=ada");
  const lines = (
    await command("history", "export", "--out", "-", "--filter", 'code eq "history.exported"')
  ).stdout
    .trimEnd()
    .split("\n");
  const told = lines
    .map((line) => JSON.parse(line) as { detail: object; actor: string })
    .filter(({ detail }) => "count" in detail);
  expect(told[0]).toMatchObject({ actor: "cli", detail: { format: "csv", count: 3, complete: true } });
  expect(
    await command("history", "export", "--format", "csv", "--filter", "code xx 1", "--out", file),
  ).toMatchObject({ code: 3 });
});

test("an evidence pack of a period", async () => {
  const file = join(folder, "pack.zip");
  const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString();
  const made = await command(
    "evidence",
    "--from",
    day(-1),
    "--to",
    day(1),
    "--sample",
    "2",
    "--seed",
    "7",
    "--out",
    file,
  );
  expect([made.code, made.stderr]).toEqual([0, expect.stringContaining(file)]);
  const zip = readFileSync(file);
  expect(zip.subarray(0, 2).toString()).toBe("PK");
  for (const name of ["cover.html", "VERIFY.txt", "sample.csv", "checkpoint.txt", "manifest.json"])
    expect(zip.includes(name)).toBe(true);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await command("evidence", "--from", day(1), "--to", day(2), "--out", file)).toMatchObject({
    code: 2,
  });
});
