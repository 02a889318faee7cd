import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { SETTINGS } from "../../../src/settings/rules.ts";
import { chartFolder, readYaml, templates, VALUES } from "../../support/chart.ts";

/* The chart without helm: its parts fit together. `npm run test:chart` renders it. */

const root = join(__dirname, "..", "..", "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
const validate = new Ajv({ strict: false, allErrors: true }).compile(
  JSON.parse(readFileSync(join(chartFolder, "values.schema.json"), "utf8")),
);
const accepts = (values: unknown): boolean => validate(values);
const defaults = readYaml(join(chartFolder, "values.yaml")) as Readonly<Record<string, unknown>>;

test("the chart is of this version", () => {
  expect(readYaml(join(chartFolder, "Chart.yaml"))).toMatchObject({ name: "dingtalk-scim", version, appVersion: version });
});

test.each([["the defaults", join(chartFolder, "values.yaml")], ...Object.entries(VALUES)])("the schema takes %s", (_name, file) => {
  expect([accepts(readYaml(file)), validate.errors]).toEqual([true, null]);
});

/** Set by the chart, which knows the container. */
const BY_CHART = [
  "PORT",
  "HOST",
  "ROLE",
  "DATA_DIR",
  "SIMULATOR_PORT",
  "MAPPING_FILE",
  "POLICY_FILE",
  "FEED_FILE",
  "WORKDAY_FILE",
  "ENCRYPTION_KEY_FILE",
  "HISTORY_KEY_FILE",
];

test("every setting is reachable, a secret only through the Secret", () => {
  const inSettings = SETTINGS.filter((name) => accepts({ settings: { [name]: "x" } }));
  const inSecrets = SETTINGS.filter((name) => accepts({ secrets: { [name]: "x" } }));
  expect(SETTINGS.filter((name) => !inSettings.includes(name) && !inSecrets.includes(name))).toEqual(
    SETTINGS.filter((name) => BY_CHART.includes(name)),
  );
  for (const name of ["DATABASE_URL", "BOOTSTRAP_TOKEN", "DINGTALK_APP_SECRET"]) {
    expect([name, inSettings.includes(name as (typeof SETTINGS)[number])]).toEqual([name, false]);
  }
  expect(inSettings).toEqual(expect.arrayContaining(["PUBLIC_URL", "SYNC_MODE", "TRUST_PROXY", "DINGTALK_QPS"]));
});

test("a value with a wrong name is refused", () => {
  expect(accepts({ replicas: 2 })).toBe(false);
  expect(accepts({ api: { replica: 2 } })).toBe(false);
  expect(accepts({ settings: { publicUrl: "x" } })).toBe(false);
});

test("templates use values that exist", () => {
  const unknown = templates().flatMap(({ name, text }) =>
    [...text.matchAll(/\.Values((?:\.\w+)+)/g)]
      .map((match) => match[1]!.slice(1))
      .flatMap((path) => (exists(path) ? [] : [`${name}: ${path}`])),
  );
  expect(unknown).toEqual([]);
});

/** A path into the values, or below one that holds names of the user's own. */
function exists(path: string): boolean {
  let at: unknown = defaults;
  for (const part of path.split(".")) {
    if (typeof at !== "object" || at === null) return false;
    if (Object.keys(at).length === 0) return true;
    at = (at as Readonly<Record<string, unknown>>)[part];
  }
  return at !== undefined;
}

test("every block of a template is closed", () => {
  for (const { name, text } of templates()) {
    const opened = text.match(/\{\{-? *(if|with|range|define)\b/g) ?? [];
    const closed = text.match(/\{\{-? *end\b/g) ?? [];
    expect([name, opened.length]).toEqual([name, closed.length]);
  }
});

test("every pod has the same rights: none", () => {
  const pods = templates().filter(({ text }) => /containers:/.test(text));
  expect(pods.map(({ name }) => name).sort()).toEqual(["api.yaml", "migration.yaml", "tests/doctor.yaml", "worker.yaml"]);
  for (const { text } of pods) {
    expect(text).toContain('include "dingtalk-scim.pod" .');
    expect(text).toContain('include "dingtalk-scim.container" .');
  }
});
