import { systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { createGroupDirectory } from "../../../src/directory/groups.ts";
import { createUserDirectory } from "../../../src/directory/users.ts";
import { scimMount } from "../../../src/scim/router.ts";
import { createGroupStore } from "../../../src/store/directory/groups.ts";
import { createUserStore } from "../../../src/store/directory/users.ts";
import { createPool } from "../../../src/store/postgres/pool.ts";
import { createScimClient, message, USER } from "../../conformance/client.ts";
import { testVault } from "../../support/vault.ts";
import { BOOTSTRAP, type Door, openDoor, PUBLIC_URL } from "../http/door.ts";

let door: Door;

// Nothing listens at port 1.
const pool = createPool({ url: "postgresql://nobody@127.0.0.1:1/none", max: 2, logger: silentLogger });

beforeAll(async () => {
  const deps = {
    store: { ...createUserStore(pool, [], testVault), ...createGroupStore(pool, [], testVault) },
    clock: systemClock,
  };
  const directories = { users: createUserDirectory(deps), groups: createGroupDirectory(deps) };
  door = await openDoor({
    mounts: [scimMount({ ...directories, logger: silentLogger, publicUrl: PUBLIC_URL })],
  });
});

afterAll(async () => {
  await door.server.stop(1_000);
  await pool.end();
});

const ID = "2819c223-7f76-453a-919d-413861904646";

test.each<[string, string, unknown]>([
  ["GET", `/Users/${ID}`, undefined],
  ["GET", "/Users", undefined],
  ["GET", "/", undefined],
  ["POST", "/Users", { schemas: [USER], userName: "x" }],
  ["PUT", `/Users/${ID}`, { schemas: [USER], userName: "x" }],
  ["PATCH", `/Users/${ID}`, { Operations: [{ op: "replace", path: "title", value: "x" }] }],
  ["DELETE", `/Users/${ID}`, undefined],
  ["GET", `/Groups/${ID}`, undefined],
  ["POST", "/Groups", { displayName: "x" }],
  ["PATCH", `/Groups/${ID}`, { Operations: [{ op: "add", path: "members", value: [{ value: ID }] }] }],
  ["DELETE", `/Groups/${ID}`, undefined],
])(
  "without a database %s %s is 503 with Retry-After, and says nothing of the cause",
  async (method, path, body) => {
    const scim = createScimClient({ base: `${door.base}/scim/v2`, token: BOOTSTRAP });
    const answer = await scim.send(method, path, body);
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(answer.body).toEqual({
      schemas: [message("Error")],
      status: "503",
      detail: "temporarily unavailable, try again later",
    });
  },
);

test("without a database each operation of a bulk job says 503, and discovery goes on", async () => {
  const scim = createScimClient({ base: `${door.base}/scim/v2`, token: BOOTSTRAP });
  const job = await scim.send("POST", "/Bulk", {
    schemas: [message("BulkRequest")],
    Operations: [{ method: "DELETE", path: `/Users/${ID}` }],
  });
  expect(job.body.Operations[0].status).toBe("503");
  expect((await scim.get("/Schemas")).status).toBe(200);
});
