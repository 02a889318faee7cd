import { versionOf } from "../../mapping/file/version.ts";
import type { Mapping } from "../../mapping/mapping.ts";
import type { Policy } from "../../policy/policy.ts";

/**
 * A digest of the rules that decide about leavers. While other rules are held, leavers go on if this digest
 * is the one with which something was last written: then the held rules decide about them as the earlier
 * rules do (docs/adr/0070-leavers-leave-while-rules-are-held.md).
 */
export const leaversDigest = (
  mapping: Pick<Mapping, "leaversVersion">,
  policy: Pick<Policy, "leaversVersion">,
): string => versionOf({ mapping: mapping.leaversVersion, policy: policy.leaversVersion });
