import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const root = join(__dirname, "..", "..");
export const chartFolder = join(root, "deploy", "helm", "dingtalk-scim");

/** Files with values for the chart, by name. */
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
