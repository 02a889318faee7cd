import { Gauge, type Registry } from "prom-client";

/** Registers the state of the replica as this process sees it. Registers nothing without one. */
export function observeReplica(
  registry: Registry,
  replica: () => { readonly state: string; readonly lagMs?: number } | undefined,
): void {
  const registers = [registry];
  new Gauge({
    name: "dingtalk_scim_replica_used",
    help: "1 while history and dashboard are read from the replica, 0 while this process reads the primary instead",
    registers,
    collect() {
      const known = replica();
      this.reset();
      if (known) this.set(known.state === "used" ? 1 : 0);
    },
  });
  new Gauge({
    name: "dingtalk_scim_replica_lag_seconds",
    help: "How far the replica is behind at most; nothing while that is not known",
    registers,
    collect() {
      const lagMs = replica()?.lagMs;
      this.reset();
      if (lagMs !== undefined) this.set(lagMs / 1_000);
    },
  });
}
