import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useAddress } from "./base/address.ts";
import { ApiError, call, send, useSession } from "./base/api.ts";
import { may } from "./base/rights.ts";
import type { Session } from "./generated/api.ts";
import { Banner } from "./parts/banner.tsx";
import { Link } from "./parts/link.tsx";
import { Refused } from "./parts/refused.tsx";
import { Loading, Problem } from "./parts/states.tsx";
import { ROUTES, screenFor } from "./routes.tsx";
import { SignIn } from "./screens/sign-in.tsx";
import { keepLanguage, loadWords } from "./words/load.ts";
import {
  LANGUAGE_NAMES,
  LANGUAGES,
  type Language,
  useWords,
  type Words,
  WordsContext,
} from "./words/words.ts";

export function App({ firstWords }: { readonly firstWords: Words }): ReactNode {
  const [words, setWords] = useState(firstWords);
  const change = (language: Language) => {
    keepLanguage(language);
    void loadWords(language).then(setWords);
  };
  return (
    <WordsContext value={words}>
      <Door onLanguage={change} />
    </WordsContext>
  );
}

interface LanguageProps {
  readonly onLanguage: (language: Language) => void;
}

/** The page for people who are signed in, and the sign-in for others. */
function Door({ onLanguage }: LanguageProps): ReactNode {
  const session = useQuery<Session | null>({
    queryKey: ["session"],
    queryFn: async () => {
      try {
        return await call("GET /auth/session");
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: 60_000,
  });
  useSession(session.data ?? undefined);
  return (
    <>
      <SkipLink />
      <Header session={session.data ?? undefined} onLanguage={onLanguage} />
      {session.data ? <Banner session={session.data} /> : null}
      <main id="main" tabIndex={-1}>
        <Refused />
        {session.isPending ? (
          <Loading />
        ) : session.error ? (
          <Problem error={session.error} />
        ) : session.data ? (
          <Screen session={session.data} />
        ) : (
          <SignIn />
        )}
      </main>
    </>
  );
}

function SkipLink(): ReactNode {
  const { t } = useWords();
  return (
    <a className="skip" href="#main">
      {t("skip")}
    </a>
  );
}

function Screen({ session }: { readonly session: Session }): ReactNode {
  const { t } = useWords();
  const { path } = useAddress();
  const { title, render } = screenFor(path);
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef(path);
  useEffect(() => {
    document.title = `${t(title)} · dingtalk-scim`;
    // The focus moves to the new view, for screen readers and the keyboard.
    if (before.current !== path) heading.current?.focus();
    before.current = path;
  }, [path, title, t]);
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        {t(title)}
      </h1>
      {render(session)}
    </>
  );
}

function Header({
  session,
  onLanguage,
}: LanguageProps & { readonly session: Session | undefined }): ReactNode {
  const { t, language } = useWords();
  const { path } = useAddress();
  return (
    <header>
      <p className="product">
        <Link href="/" className="home">
          <span translate="no">dingtalk-scim</span>
        </Link>
      </p>
      {session ? (
        <nav aria-label={t("nav.label")}>
          <ul>
            {ROUTES.flatMap(({ href, title, needs }) =>
              href === undefined || (needs && !may(session, needs)) ? (
                []
              ) : (
                <li key={href}>
                  <Link
                    href={href}
                    current={href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`)}
                  >
                    {t(title)}
                  </Link>
                </li>
              ),
            )}
          </ul>
        </nav>
      ) : null}
      <div className="who">
        <select
          aria-label={t("language")}
          value={language}
          onChange={(event) => onLanguage(event.target.value as Language)}
        >
          {LANGUAGES.map((each) => (
            <option key={each} value={each} lang={each}>
              {LANGUAGE_NAMES[each]}
            </option>
          ))}
        </select>
        {session ? <SignOut session={session} /> : null}
      </div>
    </header>
  );
}

function SignOut({ session }: { readonly session: Session }): ReactNode {
  const { t } = useWords();
  const client = useQueryClient();
  const [error, setError] = useState<unknown>();
  const out = () =>
    send("DELETE /auth/session").then(() => {
      client.clear();
      window.location.assign("/");
    }, setError);
  return (
    <>
      <code title={t("signedInAs")}>{session.name}</code>
      <button type="button" onClick={() => void out()}>
        {t("button.signOut")}
      </button>
      <Problem error={error} />
    </>
  );
}
