import { systemClock } from "../../../src/core/clock.ts";
import { createTarget, type TargetSettings } from "../../../src/targets/registry.ts";
import { createPauses, createToken } from "../../support/limiter.ts";

const dingtalk: TargetSettings = {
  kind: "dingtalk",
  appKey: "key",
  appSecret: "secret",
  corpId: "ding1",
  oapiUrl: "http://127.0.0.1:9",
  apiUrl: "http://127.0.0.1:9",
  qps: 15,
};

test.each<[string, TargetSettings, string]>([
  ["dingtalk", dingtalk, "1"],
  ["memory", { kind: "memory" }, "root"],
])("%s is made by its name, and making it calls nobody", (name, settings, root) => {
  const target = createTarget(settings, {
    clock: systemClock,
    limiter: createPauses(systemClock),
    tokens: createToken(systemClock),
  });
  expect([target.name, target.rootDepartment]).toEqual([name, root]);
  target.close();
});
