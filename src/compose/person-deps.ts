import type { Mapping } from "../mapping/mapping.ts";
import { userContent } from "../scim/resource/columns.ts";
import type { SettleDeps } from "../store/people/settle.ts";
import type { Vault } from "../store/vault.ts";
import { TARGET } from "../targets/target-name.ts";

/** The parts that compute the combined values of several records. */
export const personDeps = (
  { sources, dates, datesVersion }: Pick<Mapping, "sources" | "dates" | "datesVersion">,
  vault: Vault,
): SettleDeps => ({
  rules: sources,
  vault,
  targets: [TARGET],
  dates: dateDeps({ dates, datesVersion }),
});

export const dateDeps = ({
  dates,
  datesVersion,
}: Pick<Mapping, "dates" | "datesVersion">): SettleDeps["dates"] => ({
  rules: dates,
  version: datesVersion,
  contentOf: userContent,
});
