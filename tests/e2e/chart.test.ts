import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { chartFolder, VALUES } from "../support/chart.ts";

/* The chart as helm renders it: `npm run test:chart`, where helm is installed (HELM names it). GOLDEN=write accepts what has changed. */

jest.setTimeout(120_000);

const golden = (name: string): string => join(__dirname, "..", "fixtures", "chart", `${name}.yaml`);
const helm = (...args: readonly string[]): string => execFileSync(process.env["HELM"] ?? "helm", [...args], { encoding: "utf8" });
const render = (name: string): string => helm("template", "scim", chartFolder, "--kube-version", "1.31.0", "--values", VALUES[name]!);

interface Container {
  readonly securityContext: unknown;
  readonly resources: { readonly requests?: unknown; readonly limits?: unknown };
}
interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: unknown;
  readonly containers: readonly Container[];
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
}
interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly template?: { readonly spec: PodSpec } };
}

const documents = (text: string): readonly Rendered[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as Rendered | null)
    .filter((each) => each !== null);

test.each(Object.keys(VALUES))("%s: helm lints it and renders what is agreed", (name) => {
  expect(helm("lint", chartFolder, "--strict", "--values", VALUES[name]!)).toContain("0 chart(s) failed");
  const text = render(name);
  if (process.env["GOLDEN"] === "write") writeFileSync(golden(name), text);
  expect(text).toBe(readFileSync(golden(name), "utf8"));
});

test.each(Object.keys(VALUES))("%s: every pod passes the restricted standard and has limits", (name) => {
  const pods = documents(render(name)).flatMap(({ kind, spec }) => (kind === "Pod" ? [spec as PodSpec] : (spec?.template?.spec ?? [])));
  expect(pods).toHaveLength(4);
  for (const pod of pods) {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: "RuntimeDefault" } },
    });
    for (const { securityContext, resources } of pod.containers) {
      expect(securityContext).toEqual({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } });
      expect([resources.requests, resources.limits]).toEqual([expect.anything(), expect.anything()]);
    }
    for (const volume of pod.volumes ?? []) expect(Object.keys(volume)[1]).toMatch(/^(configMap|emptyDir|secret)$/);
  }
});

test("the rules and the dashboard of this repository fit", () => {
  const deploy = join(__dirname, "..", "..", "deploy");
  const text = helm(
    ...["template", "scim", chartFolder, "--kube-version", "1.31.0", "--values", VALUES["small"]!],
    ...["--set", "monitoring.prometheusRule.enabled=true,monitoring.dashboard.enabled=true"],
    ...["--set-file", `monitoring.prometheusRule.rules=${join(deploy, "prometheus", "alerts.yaml")}`],
    ...["--set-file", `monitoring.dashboard.json=${join(deploy, "grafana", "dashboard.json")}`],
  );
  const rules = documents(text).find(({ kind }) => kind === "PrometheusRule") as unknown as { spec: unknown };
  expect(rules.spec).toEqual(parse(readFileSync(join(deploy, "prometheus", "alerts.yaml"), "utf8")));
  const dashboard = documents(text).find(({ metadata }) => metadata.name.endsWith("-dashboard")) as unknown as {
    data: Record<string, string>;
  };
  expect(dashboard.data["dingtalk-scim.json"]).toBe(readFileSync(join(deploy, "grafana", "dashboard.json"), "utf8"));
});

test("without a database nothing is rendered", () => {
  expect(() =>
    execFileSync(process.env["HELM"] ?? "helm", ["template", "x", chartFolder, "--kube-version", "1.31.0"], { stdio: "pipe" }),
  ).toThrow(/existingSecret must name a Secret with DATABASE_URL/);
});
