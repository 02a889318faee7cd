import type { ReactNode } from "react";
import { useAnswer } from "../base/queries.ts";
import { ProviderLink, SignInForm } from "../parts/sign-in-form.tsx";
import { useWords } from "../words/words.ts";

export function SignIn(): ReactNode {
  const { t } = useWords();
  const { data } = useAnswer("GET /auth/methods");
  const byProvider = data?.methods.includes("provider") ?? false;
  return (
    <div className="door">
      <h1>{t("signIn.title")}</h1>
      {byProvider ? (
        <>
          <ProviderLink />
          <h2>{t("signIn.orToken")}</h2>
        </>
      ) : null}
      <SignInForm />
      <h2>{t("signIn.noToken")}</h2>
      <p>{t("signIn.printed")}</p>
      <p>{t("signIn.link")}</p>
      <pre translate="no">npx dingtalk-scim login-link --role admin --reason "…"</pre>
    </div>
  );
}
