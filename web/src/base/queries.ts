import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import type { Answers } from "../generated/api.ts";
import { call, type Given, type Operation, send } from "./api.ts";

const POLL_MS = 5_000;
/** A page that nobody looks at asks nothing, so that its session can end (it does after 30 minutes without a request). */
const AWAY_MS = 10 * 60_000;

let lastActiveMs = Date.now();

/** Tells when somebody is back after a while away: what is shown is old then, and nothing asks by itself. */
export function onReturn(tell: () => void): void {
  for (const name of ["pointerdown", "keydown", "visibilitychange"]) {
    document.addEventListener(name, () => {
      const wasAway = pollMs() === false;
      lastActiveMs = Date.now();
      if (wasAway && document.visibilityState === "visible") tell();
    });
  }
}

const pollMs = (): number | false => (document.visibilityState === "visible" && Date.now() - lastActiveMs < AWAY_MS ? POLL_MS : false);

/** What the API answers, asked again every few seconds where `live` is set. */
export function useAnswer<O extends Operation>(operation: O, given: Given = {}, { live = false, enabled = true } = {}) {
  return useQuery<Answers[O]>({
    queryKey: [operation, given.path ?? {}, given.query ?? {}],
    queryFn: ({ signal }) => call(operation, { ...given, signal }),
    enabled,
    ...(live ? { refetchInterval: pollMs } : {}),
  });
}

/** A list that goes on page by page; asked for anew when `and` is another one. */
export function usePages<O extends Operation>(operation: O, given: Given, { enabled = true, and = "" } = {}) {
  return useInfiniteQuery({
    queryKey: [operation, "pages", given.path ?? {}, given.query ?? {}, and],
    queryFn: ({ pageParam, signal }) => call(operation, { ...given, query: { ...given.query, after: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Answers[O]) => (page as { readonly next?: string }).next,
    enabled,
    placeholderData: (before) => (and === "" ? undefined : before),
  });
}

/** A write; everything shown is asked for again after it, since anything may have changed. */
export function useOrder<O extends Operation>(operation: O) {
  const client = useQueryClient();
  return useMutation<Answers[O], Error, Given>({
    mutationFn: (given) => call(operation, given),
    onSettled: () => client.invalidateQueries(),
  });
}

/** The same for operations that answer nothing. */
export function useEnding(operation: string) {
  const client = useQueryClient();
  return useMutation<unknown, Error, Given>({
    mutationFn: (given) => send(operation, given),
    onSettled: () => client.invalidateQueries(),
  });
}

/** The time, for texts such as "3 minutes ago". */
export function useNow(): number {
  return useSyncExternalStore(everyTenSeconds, () => Math.floor(Date.now() / 10_000) * 10_000);
}

function everyTenSeconds(tell: () => void): () => void {
  const timer = setInterval(tell, 10_000);
  return () => clearInterval(timer);
}
