// The test files that failed, by the JSON that jest wrote, one in a line, relative to the working directory.
import { readFileSync } from "node:fs";
import { relative } from "node:path";

const { testResults } = JSON.parse(readFileSync(process.argv[2], "utf8"));
for (const { name, status } of testResults)
  if (status === "failed") process.stdout.write(`${relative(".", name)}\n`);
