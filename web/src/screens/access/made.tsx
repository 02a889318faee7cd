import type { ReactNode } from "react";
import type { MadeLink, MadeToken } from "../../generated/api.ts";
import { Copied } from "../../parts/copied.tsx";
import { useWords } from "../../words/words.ts";

/** A secret, this once. */
export function Made({ made, onClose }: { readonly made: MadeToken | MadeLink; readonly onClose: () => void }): ReactNode {
  const { t } = useWords();
  return (
    <section className="banner careful" aria-label={t("access.made")}>
      <div>
        <p role="status">
          <strong>{t("access.once")}</strong>
        </p>
        <dl className="facts">
          {"token" in made ? (
            <>
              <Copied name={t("access.token")} value={made.token} />
              <Copied name={t("access.clientId")} value={made.id} />
              <Copied name={t("access.clientSecret")} value={made.clientSecret} />
            </>
          ) : (
            <Copied name={t("access.link")} value={made.url} />
          )}
        </dl>
      </div>
      <button type="button" onClick={onClose}>
        {t("access.kept")}
      </button>
    </section>
  );
}
