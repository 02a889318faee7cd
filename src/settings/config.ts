import type { AlertSettings } from "../alerts/settings.ts";
import type { Secret } from "../core/secrets/secret.ts";
import type { TrustedProxies } from "../http/connection/trusted-proxies.ts";
import type { OidcSettings } from "../http/oidc/settings.ts";
import type { Retention } from "../privacy/retention.ts";
import type { SyncMode } from "../reconcile/policy.ts";

/*
 * The configuration, made from the environment. All settings are checked before anything is reported, so that
 * a user sees all mistakes together. An empty variable counts as unset, because container tools pass unset
 * values as empty variables.
 */

export type Role = "api" | "worker" | "all";
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

export type DingTalkSettings =
  /** No credentials are set. The simulator in this process takes the place of DingTalk. */
  | {
      readonly kind: "sandbox";
      readonly simulatorPort: number;
      readonly qps: number;
      readonly managedRoot: string;
    }
  | {
      readonly kind: "organisation";
      readonly appKey: string;
      readonly appSecret: Secret;
      readonly corpId: string;
      /** Base addresses, without a slash at the end. */
      readonly oapiUrl: string;
      readonly apiUrl: string;
      readonly qps: number;
      /** Id of the department below which we work. */
      readonly managedRoot: string;
    };

export interface WorkdaySettings {
  readonly file: string;
  readonly userName?: string;
  readonly password?: Secret;
  readonly clientSecret?: Secret;
  readonly refreshToken?: Secret;
}

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Scheme, host and port, without a slash at the end. */
  readonly publicUrl: string;
  /** Address with password. Unset = embedded database. */
  readonly databaseUrl?: Secret;
  /** Address of a replica, for reads of history and dashboard. */
  readonly databaseReadUrl?: Secret;
  readonly dataDir: string;
  readonly bootstrapToken?: Secret;
  readonly role: Role;
  readonly dingtalk: DingTalkSettings;
  /** Receive events from DingTalk. */
  readonly dingtalkStream: boolean;
  /** AgentId of the app that sends work notices about newcomers to their managers. Unset = no notices. */
  readonly newcomerNoteAgentId?: number;
  readonly syncMode: SyncMode;
  /** Unset = the built-in mapping. */
  readonly mappingFile?: string;
  /** Unset = the built-in policy. */
  readonly policyFile?: string;
  /** Unset = no feed of events. */
  readonly feedFile?: string;
  /** File of the key-encryption key. Unset = `encryption.key` in `dataDir`. */
  readonly encryptionKeyFile?: string;
  /** File of the key that signs the history. Only workers use it. Unset = `history.key` in `dataDir`. */
  readonly historyKeyFile?: string;
  /** tlog-policy file with the witnesses. Unset = no witnesses. */
  readonly historyWitnessPolicy?: string;
  /** File for checkpoints outside the database. Unset = no such file. */
  readonly historyAnchorsFile?: string;
  /** Unset = this process does not read Workday. */
  readonly workday?: WorkdaySettings;
  /** Limit of requests per second for each client. 0 = no limit. */
  readonly rateLimitPerClient: number;
  /** Limit of concurrent requests for each client. 0 = no limit. */
  readonly concurrencyPerClient: number;
  /** Proxies whose forwarding headers are used. */
  readonly trustedProxies: TrustedProxies;
  /** Limit of open connections for each address. */
  readonly connectionsPerAddress: number;
  /** Callers on this machine need no token for `/metrics`. */
  readonly metricsOpenOnLoopback: boolean;
  /**
   * A PATCH that removes `members` without naming members empties the group. False = such a PATCH is refused.
   */
  readonly allowRemoveAllMembers: boolean;
  /** Origins from which the keys of trusted issuers may be fetched. */
  readonly assertionKeyOrigins: readonly string[];
  /** Sign-in to the dashboard by OIDC. Unset = only tokens and one-time links. */
  readonly oidc?: OidcSettings;
  readonly alerts: AlertSettings;
  readonly retention: Retention;
  /** Target for latencies, in KPIs and alerts. */
  readonly latencyTargetSeconds: number;
  /** Limit for the removal of a leaver, in minutes. */
  readonly leaverMinutes: number;
  readonly logLevel: LogLevel;
}
