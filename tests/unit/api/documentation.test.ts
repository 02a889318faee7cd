import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Registry } from "prom-client";
import { observeAlerts } from "../../../src/api/metrics/alerts.ts";
import { observeFeed } from "../../../src/api/metrics/feed.ts";
import { observeListening } from "../../../src/api/metrics/listening.ts";
import { observeMeters } from "../../../src/api/metrics/meters.ts";
import { observeReplica } from "../../../src/api/metrics/replica.ts";
import { observeSync } from "../../../src/api/metrics/sync.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { flatTable } from "../../../src/filter/attribute-table.ts";
import { parseQuery } from "../../../src/filter/parse.ts";
import { EVENT_CODES, OUTCOMES } from "../../../src/history/event.ts";
import { EVENT_ATTRIBUTES } from "../../../src/history/event-log.ts";
import { observeIn, showBuild } from "../../../src/http/monitoring/metrics.ts";

const page = (name: string): string => readFileSync(join(__dirname, "..", "..", "..", "docs", name), "utf8");
/** Code in the first column of the tables that follow a heading of columns. */
const firstColumn = (text: string, heading: string): string[] =>
  text
    .slice(text.indexOf(heading))
    .split("\n\n")[0]!
    .split("\n")
    .flatMap((row) => [...row.split("|")[1]!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!));

test("auditors are told every code and outcome there is, and no other", () => {
  const auditors = page("auditors.md");
  expect(firstColumn(auditors, "| Code |").sort()).toEqual([...EVENT_CODES].sort());
  expect(firstColumn(auditors, "| Outcome |")).toEqual(OUTCOMES);
});

const filters = [...page("auditors.md").matchAll(/^ask '([^']+)'/gm)].map((match) => match[1]!);

test.each(filters)("the question %s can be asked", (filter) => {
  expect(() => parseQuery(filter, flatTable(EVENT_ATTRIBUTES))).not.toThrow();
});

test("operators are told every metric of ours", () => {
  const registry = new Registry();
  observeIn(registry);
  showBuild(registry, { version: "1", node: "1", commit: "" });
  observeSync(registry, { target: "t", figures: async () => undefined, clock: systemClock });
  observeAlerts(registry, { target: "t", figures: async () => undefined });
  observeReplica(registry, () => undefined);
  observeFeed(registry, async () => undefined);
  observeListening(registry, { target: "t", figures: async () => undefined });
  observeMeters(registry, { target: "t", meters: async () => undefined });
  const names = registry.getMetricsAsArray().map(({ name }) => name);
  expect(
    firstColumn(page("operations.md"), "| Name | Meaning |")
      .filter((name) => /^(dingtalk|http)/.test(name))
      .sort(),
  ).toEqual(names.sort());
});
