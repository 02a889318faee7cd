import { nearest } from "../../../../src/core/text/did-you-mean.ts";

const names = ["PORT", "HOST", "DATA_DIR", "DATABASE_URL", "SYNC_MODE", "LOG_LEVEL"];

test.each<[string, number, string | undefined]>([
  ["DATADIR", 1, "DATA_DIR"],
  ["data_dir", 0, "DATA_DIR"],
  ["SYNC_MOED", 1, "SYNC_MODE"],
  ["LOGLEVLE", 2, "LOG_LEVEL"],
  ["PROT", 1, "PORT"],
  ["POOT", 1, "PORT"],
  ["POOT", 0, undefined],
  ["EDITOR", 2, undefined],
  ["", 2, undefined],
  ["x".repeat(100_000), 5, undefined],
])("%.20s within %d is taken for %s", (name, tolerated, meant) =>
  expect(nearest(name, names, () => tolerated)).toBe(meant),
);
