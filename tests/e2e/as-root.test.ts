import { chmodSync } from "node:fs";
import { join } from "node:path";
import { openPlace, type Place, runCommand, tokenIn } from "../support/server.ts";
import { oneLine, refusal } from "./refusal.ts";

/* Root starts the server, or leaves it to somebody else. By `npm run test:root`. */

// Some start a server twice, with a new database.
jest.setTimeout(120_000);

let place: Place;
beforeEach(async () => {
  place = await openPlace();
});
afterEach(() => place.clear());

const NOBODY = 65_534;
/** No user of this machine; PostgreSQL itself may run as `nobody`. */
const SOMEBODY = 54_321;

test("root can leave it to an ordinary user", async () => {
  const server = await place.start({ HOME: place.dataDir }, { uid: NOBODY });
  const headers = { authorization: `Bearer ${tokenIn(server.stderr)}` };
  expect((await fetch(`${place.url}/scim/v2/Users`, { headers })).status).toBe(200);
  server.child.kill("SIGTERM");
  expect(await server.ended()).toBe(0);
});

test("DATA_DIR that may not be written, or is of another user, is told to the ordinary user with the command that mends it", async () => {
  const unreadable = join(place.dataDir, "theirs");
  chmodSync(place.dataDir, 0o755);
  const first = runCommand(
    ["serve"],
    { ...place.settings, DATA_DIR: unreadable, HOME: place.dataDir },
    { uid: SOMEBODY },
  );
  expect(await refusal(first)).toEqual(oneLine(`DATA_DIR ${unreadable} cannot be written by this user`));

  const byRoot = await place.start({ DATA_DIR: unreadable });
  byRoot.child.kill("SIGTERM");
  expect(await byRoot.ended()).toBe(0);
  const second = runCommand(["serve"], { ...place.settings, DATA_DIR: unreadable }, { uid: SOMEBODY });
  expect(await refusal(second)).toEqual(oneLine(`run: sudo chown -R ${SOMEBODY} ${unreadable}`));
});
