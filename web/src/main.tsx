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
      // What was refused is refused again; what did not arrive may arrive.
      retry: (failures, error) => [0, 1].includes(failures) && !(error instanceof ApiError && error.status < 500),
    },
  },
});
// Whoever is not signed in any more sees the start page, wherever that shows first.
client.getQueryCache().subscribe(({ query, type }) => {
  const { error } = query.state;
  if (type === "updated" && error instanceof ApiError && error.status === 401 && query.queryKey[0] !== "session")
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
