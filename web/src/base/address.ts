import { useSyncExternalStore } from "react";

/* Every view has an address. The path names the view, and the query has the choices made in it. */

export interface Address {
  readonly path: string;
  readonly query: URLSearchParams;
}

const CHANGED = "addresschanged";

function subscribe(tell: () => void): () => void {
  for (const name of ["popstate", CHANGED]) window.addEventListener(name, tell);
  return () => {
    for (const name of ["popstate", CHANGED]) window.removeEventListener(name, tell);
  };
}

export function useAddress(): Address {
  const href = useSyncExternalStore(subscribe, () => window.location.pathname + window.location.search);
  const at = new URL(href, window.location.origin);
  return { path: at.pathname, query: at.searchParams };
}

/**
 * Opens an address of this page. `replace`: adds no step to the history of the browser, for choices that
 * change with each letter that is typed.
 */
export function go(href: string, { replace = false } = {}): void {
  if (href === window.location.pathname + window.location.search) return;
  window.history[replace ? "replaceState" : "pushState"](null, "", href);
  window.dispatchEvent(new Event(CHANGED));
}

/** The present address with changed choices. Empty choices are left out. */
export function withQuery(
  { path, query }: Address,
  change: Readonly<Record<string, string | undefined>>,
): string {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined || value === "") next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  return text === "" ? path : `${path}?${text}`;
}
