import type { ReactNode } from "react";
import { Value } from "../../parts/text.tsx";
import { useWords } from "../../words/words.ts";

interface ChangesProps {
  readonly changes: Readonly<Record<string, { readonly before?: unknown; readonly after?: unknown }>>;
}

/** The old and the new value of each attribute. A missing value is left out. */
export function Changes({ changes }: ChangesProps): ReactNode {
  const { t } = useWords();
  const entries = Object.entries(changes);
  if (entries.length === 0) return null;
  return (
    <dl className="changes">
      {entries.map(([attribute, { before, after }]) => (
        <div key={attribute}>
          <dt>
            <code>{attribute}</code>
          </dt>
          <dd>
            {before === undefined ? null : (
              <>
                <span className="hidden">{t("changes.before")}</span>
                <del>
                  <Value attribute={attribute} value={before} />
                </del>{" "}
              </>
            )}
            {before === undefined || after === undefined ? null : <span aria-hidden="true">→ </span>}
            {after === undefined ? null : (
              <>
                <span className="hidden">{t("changes.after")}</span>
                <ins>
                  <Value attribute={attribute} value={after} />
                </ins>
              </>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
