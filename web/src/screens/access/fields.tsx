import { type ReactNode, useId } from "react";
import { useAnswer } from "../../base/queries.ts";
import type { NewToken } from "../../generated/api.ts";
import { useWords } from "../../words/words.ts";

/* Fields of the dialogs for a token and for a trust. */

type Scope = NewToken["scopes"][number];

const SCOPES: readonly Scope[] = ["provision", "history:read", "history:personal", "metrics", "admin"];

interface ScopesProps {
  readonly scopes: readonly Scope[];
  readonly onChange: (scopes: readonly Scope[]) => void;
}

export function ScopesField({ scopes, onChange }: ScopesProps): ReactNode {
  const { t } = useWords();
  const toggle = (scope: Scope) =>
    onChange(scopes.includes(scope) ? scopes.filter((each) => each !== scope) : [...scopes, scope]);
  return (
    <fieldset>
      <legend>{t("access.scopes")}</legend>
      {SCOPES.map((scope) => (
        <label key={scope} className="choice">
          <input type="checkbox" checked={scopes.includes(scope)} onChange={() => toggle(scope)} />{" "}
          <strong translate="no">{scope}</strong>{" "}
          {t(
            `scope.${scope === "history:read" ? "history" : scope === "history:personal" ? "personal" : scope}`,
          )}
        </label>
      ))}
    </fieldset>
  );
}

interface SourceProps {
  readonly source: string;
  readonly onChange: (source: string) => void;
}

export function SourceField({ source, onChange }: SourceProps): ReactNode {
  const { t } = useWords();
  const id = useId();
  const { data } = useAnswer("GET /api/sources");
  return (
    <div className="field">
      <label htmlFor={id}>{t("access.source")}</label>
      <select id={id} value={source} onChange={(event) => onChange(event.target.value)}>
        {(data?.sources ?? [{ id: "default", name: "default" }]).map((each) => (
          <option key={each.id} translate="no">
            {each.name}
          </option>
        ))}
      </select>
    </div>
  );
}
