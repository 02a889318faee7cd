import { didYouMean } from "../../../src/core/did-you-mean.ts";

const names = ["PORT", "HOST", "DATA_DIR", "DATABASE_URL", "SYNC_MODE", "LOG_LEVEL"];

test.each<[string, string | undefined]>([
  ["DATADIR", "DATA_DIR"],
  ["data-dir", "DATA_DIR"],
  ["DATBASE_URL", "DATABASE_URL"],
  ["DATABASEURLS", "DATABASE_URL"],
  ["SYNC_MOED", "SYNC_MODE"],
  ["LOGLEVLE", "LOG_LEVEL"],
  ["PROT", "PORT"],
  ["POT", undefined],
  ["EDITOR", undefined],
  ["", undefined],
])("%s is taken for %s", (name, meant) => expect(didYouMean(name, names)).toBe(meant));
