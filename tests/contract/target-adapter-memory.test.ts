import {
  TargetOutcomeUnknown,
  TargetThrottled,
  TargetUnavailable,
} from "../../src/reconcile/target-failures.ts";
import { createMemoryTarget, type MemoryFault } from "../../src/targets/memory/index.ts";
import { type ContractFault, targetAdapterContract } from "./target-adapter.ts";

const FAULTS: Readonly<Record<ContractFault, MemoryFault>> = {
  throttled: {
    when: "before",
    error: () =>
      new TargetThrottled("slow down", { answer: "busy", reasonCode: "busy", ms: 500, scope: "all" }),
  },
  unavailable: {
    when: "before",
    error: () => new TargetUnavailable("down", { answer: "down", reasonCode: "down" }),
  },
  dropped: {
    when: "before",
    error: () => new TargetOutcomeUnknown("no answer", { answer: "timeout", reasonCode: "noAnswer" }),
  },
  lost: {
    when: "after",
    error: () => new TargetOutcomeUnknown("no answer", { answer: "timeout", reasonCode: "noAnswer" }),
  },
};

targetAdapterContract("memory", async () => {
  const target = createMemoryTarget();
  return {
    target,
    person: (n) => ({ name: `Person ${n}`, title: "Clerk" }),
    spellings: [{ kind: "user", attribute: "title", given: "  Clerk ", kept: "Clerk" }],
    break: async (_kind, _action, fault) => target.fail(FAULTS[fault]),
    close: async () => target.close(),
  };
});
