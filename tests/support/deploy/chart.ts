import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";

const root = join(__dirname, "..", "..", "..");
export const chartFolder = join(root, "deploy", "helm", "dingtalk-scim");

/** Files with values of the chart, by name. */
export const VALUES: Readonly<Record<string, string>> = {
  small: join(chartFolder, "ci", "small-values.yaml"),
  full: join(chartFolder, "ci", "full-values.yaml"),
  production: join(root, "deploy", "helm", "examples", "production-values.yaml"),
};

export const readYaml = (file: string): unknown => parse(readFileSync(file, "utf8"));

export const templates = (): readonly { readonly name: string; readonly text: string }[] =>
  readdirSync(join(chartFolder, "templates"), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(yaml|tpl|txt)$/.test(name))
    .map((name) => ({ name, text: readFileSync(join(chartFolder, "templates", name), "utf8") }));

export const goldenOf = (name: string): string => join(root, "tests", "fixtures", "chart", `${name}.yaml`);
/** File with the digests of the chart and the values from which the golden files were rendered. */
export const RENDERED_FROM = join(root, "tests", "fixtures", "chart", "rendered-from.json");

/**
 * Digests of the chart and of each file with values. If one changes, the golden files have to be rendered
 * again.
 */
export function chartDigests(): Readonly<Record<string, string>> {
  const digest = (texts: readonly string[]): string =>
    createHash("sha256").update(texts.join("\0")).digest("hex");
  const chart = ["Chart.yaml", "values.yaml"].map((name) => readFileSync(join(chartFolder, name), "utf8"));
  const sorted = [...templates()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name, text }) => [name, text]);
  return {
    chart: digest([...chart, ...sorted]),
    ...Object.fromEntries(
      Object.entries(VALUES).map(([name, file]) => [name, digest([readFileSync(file, "utf8")])]),
    ),
  };
}

interface Container {
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
  readonly securityContext: unknown;
  readonly resources: { readonly requests?: unknown; readonly limits?: unknown };
}
interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: unknown;
  readonly containers: readonly Container[];
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
}
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly template?: { readonly spec: PodSpec } };
}

export const documentsIn = (text: string): readonly Rendered[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as Rendered | null)
    .filter((each) => each !== null);

/** Expects that every pod meets the restricted Pod Security Standard, and has requests and limits. */
export function expectRestrictedPods(text: string): void {
  const pods = documentsIn(text).flatMap(({ kind, spec }) =>
    kind === "Pod" ? [spec as PodSpec] : (spec?.template?.spec ?? []),
  );
  expect(pods).toHaveLength(4);
  for (const pod of pods) {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: "RuntimeDefault" } },
    });
    for (const { securityContext, resources } of pod.containers) {
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      expect([resources.requests, resources.limits]).toEqual([expect.anything(), expect.anything()]);
    }
    for (const volume of pod.volumes ?? [])
      expect(Object.keys(volume)[1]).toMatch(/^(configMap|emptyDir|secret)$/);
  }
}
