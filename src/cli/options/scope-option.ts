import { InvalidArgumentError } from "commander";
import { isScope, SCOPES, type Scope } from "../../http/auth/scopes.ts";
import { t } from "../words/translate.ts";

/** Reads the value of `--scope`, which may have several scopes and be repeated. */
export function addScopes(text: string, before: Scope[] = []): Scope[] {
  const named = text.split(",").map((scope) => scope.trim());
  const unknown = named.filter((scope) => !isScope(scope));
  if (unknown.length > 0)
    throw new InvalidArgumentError(t`${unknown.join(", ")} is none of ${SCOPES.join(", ")}`);
  return [...new Set([...before, ...named.filter(isScope)])];
}
