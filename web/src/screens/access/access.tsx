import { type ReactNode, useState } from "react";
import { useAnswer } from "../../base/queries.ts";
import { may } from "../../base/rights.ts";
import type { Session } from "../../generated/api.ts";
import { Loading, Problem } from "../../parts/states.tsx";
import { useWords } from "../../words/words.ts";
import { EndDialog, type Ending, type Ends } from "./end-dialog.tsx";
import { Made, type MadeAccess } from "./made.tsx";
import { LinkDialog, TokenDialog } from "./make-dialogs.tsx";
import { TrustDialog } from "./trust-dialog.tsx";
import { Links, People, Tokens, Trusts } from "./ways.tsx";

/** The act whose dialog is open. */
type Asked = { readonly kind: "token" | "trust" | "link" } | ({ readonly kind: "end" } & Ending);

/** The view of all access: tokens, trusted workloads, people signed in, one-time links. */
export function Access({ session }: { readonly session: Session }): ReactNode {
  const { t } = useWords();
  const { data, error } = useAnswer("GET /api/access", {}, { live: true });
  const [asked, setAsked] = useState<Asked>();
  const [made, setMade] = useState<MadeAccess>();
  if (!data) return error ? <Problem error={error} /> : <Loading />;
  const acts = may(session, "administer");
  const close = () => setAsked(undefined);
  const show = (shown: MadeAccess) => {
    close();
    setMade(shown);
  };
  const end = (operation: Ends) =>
    acts ? (id: string, name: string) => setAsked({ kind: "end", operation, id, name }) : undefined;
  return (
    <>
      {made ? <Made made={made} onClose={() => setMade(undefined)} /> : null}
      {acts ? (
        <p className="buttons">
          <button type="button" className="primary" onClick={() => setAsked({ kind: "token" })}>
            {t("access.makeToken")}
          </button>
          <button type="button" onClick={() => setAsked({ kind: "trust" })}>
            {t("access.makeTrust")}
          </button>
          <button type="button" onClick={() => setAsked({ kind: "link" })}>
            {t("access.makeLink")}
          </button>
        </p>
      ) : null}
      <Tokens tokens={data.tokens} onEnd={end("DELETE /api/access/tokens/{id}")} />
      <Trusts trusts={data.trusts} onEnd={end("DELETE /api/access/trusts/{id}")} />
      <People sessions={data.sessions} onEnd={end("DELETE /api/access/sessions/{id}")} />
      <Links links={data.links} onEnd={end("DELETE /api/access/links/{id}")} />
      {asked?.kind === "token" ? <TokenDialog onClose={close} onMade={show} /> : null}
      {asked?.kind === "trust" ? <TrustDialog onClose={close} onMade={show} /> : null}
      {asked?.kind === "link" ? <LinkDialog onClose={close} onMade={show} /> : null}
      {asked?.kind === "end" ? <EndDialog asked={asked} onClose={close} /> : null}
    </>
  );
}
