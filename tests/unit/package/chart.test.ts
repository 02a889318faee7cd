import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { SETTINGS } from "../../../src/settings/rules.ts";
import {
  chartDigests,
  chartFolder,
  documentsIn,
  expectRestrictedPods,
  goldenOf,
  RENDERED_FROM,
  readYaml,
  templates,
  VALUES,
} from "../../support/deploy/chart.ts";

/* The chart without helm: its parts fit together. `npm run test:chart` renders it. */

const root = join(__dirname, "..", "..", "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
const validate = new Ajv({ strict: false, allErrors: true }).compile(
  JSON.parse(readFileSync(join(chartFolder, "values.schema.json"), "utf8")),
);
const accepts = (values: unknown): boolean => validate(values);
const defaults = readYaml(join(chartFolder, "values.yaml")) as Readonly<Record<string, unknown>>;

test("the chart is of this version", () => {
  expect(readYaml(join(chartFolder, "Chart.yaml"))).toMatchObject({
    name: "dingtalk-scim",
    version,
    appVersion: version,
  });
});

test.each([["the defaults", join(chartFolder, "values.yaml")], ...Object.entries(VALUES)])(
  "the schema takes %s",
  (_name, file) => {
    expect([accepts(readYaml(file)), validate.errors]).toEqual([true, null]);
  },
);

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
  expect(inSettings).toEqual(
    expect.arrayContaining(["PUBLIC_URL", "SYNC_MODE", "TRUST_PROXY", "DINGTALK_QPS"]),
  );
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
  expect(pods.map(({ name }) => name).sort()).toEqual([
    "api.yaml",
    "migration.yaml",
    "tests/doctor.yaml",
    "worker.yaml",
  ]);
  for (const { text } of pods) {
    expect(text).toContain('include "dingtalk-scim.pod" .');
    expect(text).toContain('include "dingtalk-scim.container" .');
  }
});

/* What helm rendered, as it is kept in tests/fixtures/chart. */

test("what is kept was rendered from this chart: else `GOLDEN=write npm run test:chart`, with helm", () => {
  expect(JSON.parse(readFileSync(RENDERED_FROM, "utf8"))).toEqual(chartDigests());
});

test.each(Object.keys(VALUES))("%s: every pod passes the restricted standard and has limits", (name) => {
  expectRestrictedPods(readFileSync(goldenOf(name), "utf8"));
});

/** Folders of a pod of a role to which it may write, each with its volume. */
function writable(name: string, role: string): Readonly<Record<string, unknown>> {
  const all = documentsIn(readFileSync(goldenOf(name), "utf8"));
  const { containers, volumes = [] } = all.find(
    ({ kind, metadata }) => kind === "Deployment" && metadata.name.endsWith(role),
  )!.spec!.template!.spec;
  const mounts = containers
    .flatMap(({ volumeMounts = [] }) => volumeMounts)
    .filter(({ readOnly }) => !readOnly);
  return Object.fromEntries(
    mounts.map((mount) => [
      mount.mountPath,
      volumes.find((volume) => volume["name"] === mount.name)?.["emptyDir"],
    ]),
  );
}

test.each(Object.keys(VALUES))(
  "%s: packs and exports have a temporary folder, the report of Workday has room",
  (name) => {
    expect(writable(name, "-api")).toEqual({ "/tmp": {} });
    expect(writable(name, "-worker")).toEqual({ "/tmp": {}, "/data": { sizeLimit: "1Gi" } });
  },
);

/** Of Kubernetes 1.28 to 1.34; what the cluster has to have beside it has versions of its own. */
const KINDS: Readonly<Record<string, string>> = {
  ConfigMap: "v1",
  Deployment: "apps/v1",
  HorizontalPodAutoscaler: "autoscaling/v2",
  Ingress: "networking.k8s.io/v1",
  Job: "batch/v1",
  NetworkPolicy: "networking.k8s.io/v1",
  Pod: "v1",
  PodDisruptionBudget: "policy/v1",
  Secret: "v1",
  Service: "v1",
  ServiceAccount: "v1",
  HTTPRoute: "gateway.networking.k8s.io/v1",
  PrometheusRule: "monitoring.coreos.com/v1",
  ServiceMonitor: "monitoring.coreos.com/v1",
};

test.each(Object.keys(VALUES))(
  "%s: every object has a version that clusters have, and a name of its own",
  (name) => {
    const documents = documentsIn(readFileSync(goldenOf(name), "utf8"));
    expect(documents.map(({ kind, apiVersion }) => [kind, apiVersion])).toEqual(
      documents.map(({ kind }) => [kind, KINDS[kind]]),
    );
    const names = documents.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
    for (const { metadata } of documents)
      expect(metadata.name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
  },
);
