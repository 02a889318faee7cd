import type { EntityKind } from "../core/entity.ts";
import type { TargetAdapter } from "../reconcile/target.ts";
import { attributeNames } from "./dingtalk/attributes/fields.ts";
import type { DingTalkConfig } from "./dingtalk/config.ts";
import { createDingTalkTarget, type DingTalkDeps } from "./dingtalk/index.ts";
import { createMemoryTarget } from "./memory/index.ts";

/** The kind of the target, and its settings. */
export type TargetSettings = ({ readonly kind: "dingtalk" } & DingTalkConfig) | { readonly kind: "memory" };

/** A target with connections. */
export type OpenTarget = TargetAdapter & { close(): void };

type Makers = {
  readonly [Kind in TargetSettings["kind"]]: (
    settings: Extract<TargetSettings, { kind: Kind }>,
    deps: DingTalkDeps,
  ) => OpenTarget;
};

/** One entry for each target; see docs/adding-a-target.md. */
const TARGETS: Makers = {
  dingtalk: (settings, deps) => createDingTalkTarget(settings, deps),
  memory: () => createMemoryTarget(),
};

/**
 * Attributes that a mapping may set at each target. A name that ends in ".*" stands for all names with that
 * prefix. Undefined: all names.
 */
export const ATTRIBUTE_NAMES: Readonly<
  Record<TargetSettings["kind"], ((kind: EntityKind) => readonly string[]) | undefined>
> = {
  dingtalk: attributeNames,
  memory: undefined,
};

export function createTarget(settings: TargetSettings, deps: DingTalkDeps): OpenTarget {
  return settings.kind === "dingtalk" ? TARGETS.dingtalk(settings, deps) : TARGETS.memory(settings, deps);
}
