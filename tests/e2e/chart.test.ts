import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import {
  chartDigests,
  chartFolder,
  documentsIn,
  goldenOf,
  RENDERED_FROM,
  VALUES,
} from "../support/deploy/chart.ts";

/* The chart as helm renders it: `npm run test:chart`, where helm is installed (HELM names it). GOLDEN=write accepts what has changed. What needs no helm is in
 * tests/unit/package/chart.test.ts. */

jest.setTimeout(120_000);

const helm = (...args: readonly string[]): string =>
  execFileSync(process.env["HELM"] ?? "helm", [...args], { encoding: "utf8" });
const render = (name: string): string =>
  helm("template", "scim", chartFolder, "--kube-version", "1.31.0", "--values", VALUES[name]!);

test.each(Object.keys(VALUES))("%s: helm lints it and renders what is agreed", (name) => {
  expect(helm("lint", chartFolder, "--strict", "--values", VALUES[name]!)).toContain("0 chart(s) failed");
  const text = render(name);
  if (process.env["GOLDEN"] === "write") writeFileSync(goldenOf(name), text);
  expect(text).toBe(readFileSync(goldenOf(name), "utf8"));
});

test("what is agreed was rendered from this chart", () => {
  const text = `${JSON.stringify(chartDigests(), null, 2)}\n`;
  if (process.env["GOLDEN"] === "write") writeFileSync(RENDERED_FROM, text);
  expect(text).toBe(readFileSync(RENDERED_FROM, "utf8"));
});

test("the rules and the dashboard of this repository fit", () => {
  const deploy = join(__dirname, "..", "..", "deploy");
  const text = helm(
    ...["template", "scim", chartFolder, "--kube-version", "1.31.0", "--values", VALUES["small"]!],
    ...["--set", "monitoring.prometheusRule.enabled=true,monitoring.dashboard.enabled=true"],
    ...["--set-file", `monitoring.prometheusRule.rules=${join(deploy, "prometheus", "alerts.yaml")}`],
    ...["--set-file", `monitoring.dashboard.json=${join(deploy, "grafana", "dashboard.json")}`],
  );
  const rules = documentsIn(text).find(({ kind }) => kind === "PrometheusRule") as unknown as {
    spec: unknown;
  };
  expect(rules.spec).toEqual(parse(readFileSync(join(deploy, "prometheus", "alerts.yaml"), "utf8")));
  const dashboard = documentsIn(text).find(({ metadata }) =>
    metadata.name.endsWith("-dashboard"),
  ) as unknown as {
    data: Record<string, string>;
  };
  expect(dashboard.data["dingtalk-scim.json"]).toBe(
    readFileSync(join(deploy, "grafana", "dashboard.json"), "utf8"),
  );
});

test("without a database nothing is rendered", () => {
  expect(() =>
    execFileSync(process.env["HELM"] ?? "helm", ["template", "x", chartFolder, "--kube-version", "1.31.0"], {
      stdio: "pipe",
    }),
  ).toThrow(/existingSecret must name a Secret with DATABASE_URL/);
});
