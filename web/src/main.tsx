import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { ApiError } from "./base/api.ts";
import { onReturn } from "./base/queries.ts";
import { chosenLanguage, loadWords } from "./words/load.ts";
import "./style.css";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      // A refused request would be refused again, so it is not repeated. A network error or an error of the
      // server may pass.
      retry: (failures, error) =>
        [0, 1].includes(failures) && !(error instanceof ApiError && error.status < 500),
    },
  },
});
// Any answer 401 means that the session has ended. Reading the session again then shows the sign-in.
client.getQueryCache().subscribe(({ query, type }) => {
  const { error } = query.state;
  if (
    type === "updated" &&
    error instanceof ApiError &&
    error.status === 401 &&
    query.queryKey[0] !== "session"
  )
    void client.invalidateQueries({ queryKey: ["session"] });
});

onReturn(() => void client.invalidateQueries());

const words = await loadWords(chosenLanguage());
createRoot(document.getElementById("app")!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <App firstWords={words} />
    </QueryClientProvider>
  </StrictMode>,
);
