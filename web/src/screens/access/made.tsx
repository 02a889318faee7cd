import type { ReactNode } from "react";
import type { MadeLink, MadeToken, MadeTrust } from "../../generated/api.ts";
import { Copied } from "../../parts/copied.tsx";
import { useWords } from "../../words/words.ts";

export type MadeAccess = MadeToken | MadeTrust | MadeLink;

/** Shows new access: a secret, only this once, or the values for a trusted workload, which are not secret. */
export function Made({
  made,
  onClose,
}: {
  readonly made: MadeAccess;
  readonly onClose: () => void;
}): ReactNode {
  const { t } = useWords();
  const isSecret = !("tokenEndpoint" in made);
  return (
    <section className={isSecret ? "banner careful" : "banner calm"} aria-label={t("access.made")}>
      <div>
        <p role="status">
          <strong>{t(isSecret ? "access.once" : "access.trusted")}</strong>
        </p>
        <dl className="facts">
          <Values made={made} />
        </dl>
      </div>
      <button type="button" onClick={onClose}>
        {t("access.kept")}
      </button>
    </section>
  );
}

function Values({ made }: { readonly made: MadeAccess }): ReactNode {
  const { t } = useWords();
  if ("token" in made)
    return (
      <>
        <Copied name={t("access.token")} value={made.token} />
        <Copied name={t("access.clientId")} value={made.id} />
        <Copied name={t("access.clientSecret")} value={made.clientSecret} />
      </>
    );
  if ("url" in made) return <Copied name={t("access.link")} value={made.url} />;
  return (
    <>
      <Copied name={t("access.clientId")} value={made.id} />
      <Copied name={t("connect.tokenEndpoint")} value={made.tokenEndpoint} />
      <Copied name={t("connect.tenantUrl")} value={made.tenantUrl} />
    </>
  );
}
