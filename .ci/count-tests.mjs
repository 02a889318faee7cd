// How many tests passed and failed, by what jest wrote to PATH.json and, of the files that were run once more, to PATH.again.json.
import { existsSync, readFileSync } from "node:fs";

const read = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).testResults : []);
const again = read(`${process.argv[2]}.again.json`);
const first = read(`${process.argv[2]}.json`).filter(({ name }) => !again.some((file) => file.name === name));
const files = [...first, ...again];
const count = (status) => files.flatMap(({ assertionResults }) => assertionResults).filter((test) => test.status === status).length;
const broken = files.filter(({ status, assertionResults }) => status === "failed" && assertionResults.length === 0).length;
process.stdout.write(`${count("passed")} ${count("failed") + broken}\n`);
