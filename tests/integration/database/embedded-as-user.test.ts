import { ask, type Bench, bench, postmasterPid, uidOf } from "./embedded-setup.ts";

/* The embedded server, started by an ordinary user. By `npm run test:user`. */

let here: Bench;
beforeEach(() => {
  here = bench();
});
afterEach(() => here.clear());

test("an ordinary user runs the server as itself", async () => {
  const { url } = await here.start();
  await expect(ask(url, "select 1")).resolves.toEqual([1]);
  expect(uidOf(postmasterPid(here.cluster))).toBe(process.getuid?.());
});
