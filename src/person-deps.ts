import type { Mapping } from "./mapping/mapping.ts";
import { userContent } from "./scim/resource/columns.ts";
import type { SettleDeps } from "./store/people/settle.ts";
import type { Vault } from "./store/vault.ts";
import { TARGET } from "./target-name.ts";

/** What it takes to work out what records of a person come to. */
export const personDeps = ({ sources, dates }: Pick<Mapping, "sources" | "dates">, vault: Vault): SettleDeps => ({
  rules: sources,
  vault,
  targets: [TARGET],
  dates: dateDeps({ dates }),
});

export const dateDeps = ({ dates }: Pick<Mapping, "dates">): SettleDeps["dates"] => ({ rules: dates, contentOf: userContent });
