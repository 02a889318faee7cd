import { join } from "node:path";
import type { Config } from "./config.ts";
import { CannotStart } from "./core/errors.ts";
import type { Logger } from "./core/logger.ts";
import { createSimulator } from "./simulator/server.ts";
import type { DingTalkConfig } from "./targets/dingtalk/config.ts";

/** The organisation a server works on: the configured one, or the simulator of this machine. */
export interface Organisation {
  readonly settings: DingTalkConfig;
  /** Address of the simulator, in the sandbox. */
  readonly sandboxUrl?: string;
  stop(): Promise<void>;
}

const HOST = "127.0.0.1";

/** Where the simulator is, when it is the organisation. */
export function sandboxUrl({ dingtalk }: Config): string | undefined {
  return dingtalk.kind === "sandbox" ? `http://${HOST}:${dingtalk.simulatorPort}` : undefined;
}

/** How to reach the organisation; starts nothing. */
export function organisationSettings(config: Config): DingTalkConfig {
  const { dingtalk } = config;
  if (dingtalk.kind === "sandbox") {
    const url = `http://${HOST}:${dingtalk.simulatorPort}`;
    return { appKey: "sandbox", appSecret: "sandbox", corpId: "dingsandbox", oapiUrl: url, apiUrl: url, qps: dingtalk.qps };
  }
  const { appKey, appSecret, corpId, oapiUrl, apiUrl, qps } = dingtalk;
  return { appKey, appSecret: appSecret.reveal(), corpId, oapiUrl, apiUrl, qps };
}

/** The simulator never starts when real credentials are set. */
export async function openOrganisation(config: Config, logger: Logger): Promise<Organisation> {
  const { dingtalk } = config;
  const settings = organisationSettings(config);
  if (dingtalk.kind === "organisation") return { settings, stop: async () => undefined };
  const simulator = createSimulator({
    host: HOST,
    port: dingtalk.simulatorPort,
    journalPath: join(config.dataDir, "simulator.journal"),
    logger,
  });
  const url = `http://${HOST}:${dingtalk.simulatorPort}`;
  try {
    await simulator.start();
  } catch (error) {
    // Another process of this sandbox may have it already.
    if (!(await answers(url)))
      throw new CannotStart([`the sandbox DingTalk cannot listen on ${url}; choose another SIMULATOR_PORT`], { cause: error });
  }
  return {
    settings,
    sandboxUrl: url,
    stop: () => simulator.stop(),
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/_sim/calls`, { signal: AbortSignal.timeout(2_000) });
    return answer.ok;
  } catch {
    return false;
  }
}
