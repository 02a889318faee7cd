import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../../src/core/clock.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { createMovableClock } from "../../../src/simulator/control/movable-clock.ts";
import { openProduct, type Product } from "../../support/product.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";

/*
 * The last day of a leaver ends while an operator has stopped all writes, in a night in which the clocks
 * change.
 */

const CORE = "urn:ietf:params:scim:schemas:core:2.0:User";
const WORKER = "urn:dingtalk-scim:params:scim:schemas:extension:workday:2.0:Worker";

let product: Product;
beforeAll(async () => {
  product = await openProduct();
});
afterAll(() => product.close());

const london = (): Record<string, string> => {
  const path = join(mkdtempSync(join(temporaryRoot(), "paused-leaver-")), "mapping.yaml");
  writeFileSync(path, DEFAULT_MAPPING.replace(/^zone:.*$/m, "").concat("\nzone: Europe/London\n"));
  return { MAPPING_FILE: path };
};
const add = async (userName: string, terminationDate: string): Promise<string> =>
  (
    await product.send("POST", "/scim/v2/Users", {
      body: {
        schemas: [CORE, WORKER],
        userName,
        displayName: userName,
        active: true,
        phoneNumbers: [{ type: "mobile", value: `+852 9${String(number++).padStart(7, "0")}` }],
        [WORKER]: { terminationDate },
      },
    })
  ).body.id;
let number = 1;
const here = async (id: string): Promise<boolean> =>
  (await product.remote()).users.some(({ userid }) => userid === id);
const isActive = async (id: string): Promise<boolean> =>
  (await product.pool.query("select active from people where id = $1", [id])).rows[0].active;

/**
 * In Europe/London: the night in which the day has 23 hours, and the one in which it has 25. `out`: the end
 * of the last day.
 */
test.each([
  { what: "forward, on the day before", lastDay: "2027-03-27", out: "2027-03-28T00:00:00Z" },
  { what: "forward, on the day itself", lastDay: "2027-03-28", out: "2027-03-28T23:00:00Z" },
  { what: "back, on the day before", lastDay: "2027-10-30", out: "2027-10-30T23:00:00Z" },
  { what: "back, on the day itself", lastDay: "2027-10-31", out: "2027-11-01T00:00:00Z" },
])(
  "clocks go $what: nothing leaves before the end of the day, nor in the pause, and at once after it",
  async ({ lastDay, out }) => {
    const clock = createMovableClock(systemClock);
    const leaver = await add(`leaver-${lastDay}@example.com`, lastDay);
    const running = await product.startSync(london(), { clock });
    await product.until(() => here(leaver));
    const at = (text: string, ms: number) => clock.advance(Date.parse(text) + ms - clock.now().getTime());
    at(out, -60_000);
    // A later change by the same look shows that the schedule has looked.
    const marker = await add(`marker-${lastDay}@example.com`, "2027-01-15");
    await product.until(async () => !(await isActive(marker)));
    await product.until(async () => !(await here(marker)));
    expect([await isActive(leaver), await here(leaver)]).toEqual([true, true]);

    expect(
      (await product.send("POST", "/api/sync/pause", { body: { reason: "a holiday" } })).status,
    ).toBeLessThan(300);
    at(out, 1_000);
    await product.until(async () => !(await isActive(leaver)));
    at(out, 7_200_000);
    expect(await here(leaver)).toBe(true);
    expect((await product.send("POST", "/api/sync/resume", { body: {} })).status).toBeLessThan(300);
    await product.until(async () => !(await here(leaver)));
    await running.stop(1_000);
  },
);
