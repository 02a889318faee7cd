import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import type { Answers } from "../generated/api.ts";
import { call, type Given, type Operation, send } from "./api.ts";

const POLL_MS = 5_000;
/**
 * After this time without input the page sends no requests. So its session can end, which happens after 30
 * minutes without a request.
 */
const AWAY_MS = 10 * 60_000;

let lastActiveMs = Date.now();

/**
 * Calls `tell` when somebody uses the page again after a pause. The page shows old data then, because it has
 * not polled.
 */
export function onReturn(tell: () => void): void {
  for (const name of ["pointerdown", "keydown", "visibilitychange"]) {
    document.addEventListener(name, () => {
      const wasAway = pollMs() === false;
      lastActiveMs = Date.now();
      if (wasAway && document.visibilityState === "visible") tell();
    });
  }
}

const pollMs = (): number | false =>
  document.visibilityState === "visible" && Date.now() - lastActiveMs < AWAY_MS ? POLL_MS : false;

/** The answer of an operation. `live`: it is polled every few seconds. */
export function useAnswer<O extends Operation>(
  operation: O,
  given: Given = {},
  { live = false, enabled = true } = {},
) {
  return useQuery<Answers[O]>({
    queryKey: [operation, given.path ?? {}, given.query ?? {}],
    queryFn: ({ signal }) => call(operation, { ...given, signal }),
    enabled,
    ...(live ? { refetchInterval: pollMs } : {}),
  });
}

/** A list that is read page by page. `revision`: the list is read again when this text changes. */
export function usePages<O extends Operation>(
  operation: O,
  given: Given,
  { enabled = true, revision = "" } = {},
) {
  return useInfiniteQuery({
    queryKey: [operation, "pages", given.path ?? {}, given.query ?? {}, revision],
    queryFn: ({ pageParam, signal }) =>
      call(operation, { ...given, query: { ...given.query, after: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Answers[O]) => (page as { readonly next?: string }).next,
    enabled,
    placeholderData: (before) => (revision === "" ? undefined : before),
  });
}

/** A write. Afterwards all data of the page is read again, because anything may have changed. */
export function useOrder<O extends Operation>(operation: O) {
  const client = useQueryClient();
  return useMutation<Answers[O], Error, Given>({
    mutationFn: (given) => call(operation, given),
    onSettled: () => client.invalidateQueries(),
  });
}

/** As `useOrder`, for operations without a result. */
export function useEnding(operation: string) {
  const client = useQueryClient();
  return useMutation<unknown, Error, Given>({
    mutationFn: (given) => send(operation, given),
    onSettled: () => client.invalidateQueries(),
  });
}

/** The time, rounded down to ten seconds, for texts such as "3 minutes ago". */
export function useNow(): number {
  return useSyncExternalStore(everyTenSeconds, () => Math.floor(Date.now() / 10_000) * 10_000);
}

function everyTenSeconds(tell: () => void): () => void {
  const timer = setInterval(tell, 10_000);
  return () => clearInterval(timer);
}
