// How many tests passed and failed, by what jest wrote to each PATH.json and, of the files that were run once more, to PATH.again.json.
import { existsSync, readFileSync } from "node:fs";

const read = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).testResults : []);
const files = process.argv.slice(2).flatMap((path) => {
  const again = read(`${path}.again.json`);
  const first = read(`${path}.json`).filter(({ name }) => !again.some((file) => file.name === name));
  return [...first, ...again];
});
const count = (status) =>
  files.flatMap(({ assertionResults }) => assertionResults).filter((test) => test.status === status).length;
const broken = files.filter(
  ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
).length;
process.stdout.write(`${count("passed")} ${count("failed") + broken}\n`);
