import type { ReactNode } from "react";
import { go, useAddress, withQuery } from "../../base/address.ts";
import { useWords } from "../../words/words.ts";

const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

export interface Days {
  /** The first and the last day, both inclusive. */
  readonly from: string;
  readonly to: string;
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The period in the address. Without one: the last `days` days, including today. */
export function usePeriod(days: number): Days {
  const { query } = useAddress();
  const now = Date.now();
  const [from, to] = [query.get("from") ?? "", query.get("to") ?? ""];
  return {
    from: DAY.test(from) ? from : dayOf(now - (days - 1) * DAY_MS),
    to: DAY.test(to) ? to : dayOf(now),
  };
}

/**
 * The period for the API, whose end is exclusive. Undefined: a day is not valid, or the last day is before
 * the first.
 */
export function bounds({ from, to }: Days): { readonly from: string; readonly to: string } | undefined {
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  if (Number.isNaN(begin) || Number.isNaN(end) || begin > end) return undefined;
  return { from: new Date(begin).toISOString(), to: new Date(end + DAY_MS).toISOString() };
}

/** Fields for two days. The address keeps their values. */
export function PeriodFields({ from, to }: Days): ReactNode {
  const { t } = useWords();
  const address = useAddress();
  const choose = (change: Readonly<Record<string, string>>) =>
    go(withQuery(address, { from, to, ...change }), { replace: true });
  return (
    <>
      <label className="field">
        {t("period.from")}
        <input type="date" value={from} onChange={(event) => choose({ from: event.target.value })} />
      </label>
      <label className="field">
        {t("period.to")}
        <input type="date" value={to} onChange={(event) => choose({ to: event.target.value })} />
      </label>
    </>
  );
}
