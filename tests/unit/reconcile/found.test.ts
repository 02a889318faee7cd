import { uuidv7 } from "../../../src/core/id.ts";
import { isOurs } from "../../../src/reconcile/compare/found.ts";

const at = Date.parse("2026-07-01T12:00:00Z");
const lost = [{ since: new Date(at), until: new Date(at + 60_000) }];
const known = uuidv7(at - 1_000_000);

test.each([
  ["an id of the directory, its links or its history", known, true],
  ["an id made in a lost time", uuidv7(at + 30_000), true],
  ["an id of our form made before it", uuidv7(at - 1), false],
  ["an id of our form made after it", uuidv7(at + 60_001), false],
  [
    "an id of another version that reads as that time",
    `${uuidv7(at + 30_000).slice(0, 14)}4${uuidv7(at).slice(15)}`,
    false,
  ],
  ["an id in capitals, which we never write", uuidv7(at + 30_000).toUpperCase(), false],
  ["anybody's user id", "manager7", false],
])("%s", (_name, id, ours) => {
  expect(isOurs(id, { owners: new Map([[known, { remoteId: undefined }]]), lostPeriods: lost })).toBe(ours);
});
