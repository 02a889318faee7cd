import { join } from "node:path";
import { CannotStart } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { Config } from "../settings/config.ts";
import { instanceOf } from "../simulator/instance.ts";
import { createSimulator } from "../simulator/server.ts";
import type { DingTalkConfig } from "../targets/dingtalk/config.ts";

/** The organisation of a server: the configured one, or the simulator on this machine. */
export interface Organisation {
  readonly settings: DingTalkConfig;
  /** Address of the simulator, in the sandbox. */
  readonly sandboxUrl?: string;
  stop(): Promise<void>;
}

const HOST = "127.0.0.1";

/** Address of the simulator, if it is the organisation. */
export function sandboxUrl({ dingtalk }: Config): string | undefined {
  return dingtalk.kind === "sandbox" ? `http://${HOST}:${dingtalk.simulatorPort}` : undefined;
}

/** Addresses and credentials of the organisation. Starts nothing. */
export function organisationSettings(config: Config): DingTalkConfig {
  const { dingtalk, newcomerNoteAgentId: agentId } = config;
  const common = {
    qps: dingtalk.qps,
    managedRoot: dingtalk.managedRoot,
    ...(agentId === undefined ? {} : { agentId }),
  };
  if (dingtalk.kind === "sandbox") {
    const url = `http://${HOST}:${dingtalk.simulatorPort}`;
    return {
      appKey: "sandbox",
      appSecret: "sandbox",
      corpId: "dingsandbox",
      oapiUrl: url,
      apiUrl: url,
      ...common,
    };
  }
  const { appKey, appSecret, corpId, oapiUrl, apiUrl } = dingtalk;
  return { appKey, appSecret: appSecret.reveal(), corpId, oapiUrl, apiUrl, ...common };
}

/** The simulator never starts when real credentials are set. */
export async function openOrganisation(config: Config, logger: Logger): Promise<Organisation> {
  const { dingtalk } = config;
  const settings = organisationSettings(config);
  if (dingtalk.kind === "organisation") return { settings, stop: async () => undefined };
  const journalPath = join(config.dataDir, "simulator.journal");
  const url = `http://${HOST}:${dingtalk.simulatorPort}`;
  // Checked before the journal is opened, because a running simulator has it open.
  const there = await instanceAt(url);
  if (there === instanceOf(journalPath)) return { settings, sandboxUrl: url, stop: async () => undefined };
  if (there !== undefined)
    throw new CannotStart([
      `${url} is the simulated DingTalk of another sandbox; choose another SIMULATOR_PORT (or PORT: the default is PORT + 1)`,
    ]);
  const simulator = createSimulator({ host: HOST, port: dingtalk.simulatorPort, journalPath, logger });
  try {
    await simulator.start();
  } catch (error) {
    if (error instanceof CannotStart) throw error;
    throw new CannotStart([`the sandbox DingTalk cannot listen on ${url}; choose another SIMULATOR_PORT`], {
      cause: error,
    });
  }
  return { settings, sandboxUrl: url, stop: () => simulator.stop() };
}

/** The instance of the simulator at an address. Null: it stores nothing. Undefined: no simulator answers. */
async function instanceAt(url: string): Promise<string | null | undefined> {
  try {
    const answer = await fetch(`${url}/_sim/instance`, { signal: AbortSignal.timeout(2_000) });
    const body: unknown = answer.ok ? await answer.json() : undefined;
    if (typeof body !== "object" || body === null || !("instance" in body)) return undefined;
    return typeof body.instance === "string" ? body.instance : null;
  } catch {
    // Nothing answers, or no simulator does. Opening the port shows whether it is free.
    return undefined;
  }
}
