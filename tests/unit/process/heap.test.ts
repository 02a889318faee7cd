import { execFileSync } from "node:child_process";
import { HEAP_FLAG } from "../../../src/process/heap.ts";

test("this Node knows the flag that bounds the heap", () => {
  const options = execFileSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
  expect(options).toContain(`${HEAP_FLAG.split("=")[0]} (`);
});
