import { type FormEvent, type ReactNode, useState } from "react";
import { useAnswer, useOrder, usePages } from "../../base/queries.ts";
import type { Event, EvidencePacks } from "../../generated/api.ts";
import { bounds, PeriodFields, usePeriod } from "../../parts/fields/period.tsx";
import { Link } from "../../parts/link.tsx";
import { More } from "../../parts/more.tsx";
import { Empty, Loading, Problem } from "../../parts/states.tsx";
import { Table } from "../../parts/table.tsx";
import { Actor, When } from "../../parts/text.tsx";
import { useWords } from "../../words/words.ts";
import { ReportTabs } from "./report-tabs.tsx";

type Pack = EvidencePacks["packs"][number];

/**
 * Evidence packs about a period. They are ordered here, and listed as long as their event exists. They can be
 * downloaded while the server has the file.
 */
export function Evidence(): ReactNode {
  const { t } = useWords();
  const kept = useAnswer("GET /api/evidence", {}, { live: true });
  const packs = kept.data?.packs;
  // The events are read again when the list of files changes, because a finished pack has a new event.
  const files = packs?.map(({ id, state }) => `${id} ${state}`).join() ?? "";
  const made = usePages(
    "GET /api/history",
    { query: { filter: 'code eq "evidence.made"', count: 50 } },
    { enabled: packs !== undefined, revision: files },
  );
  const events = made.data?.pages.flatMap((page) => page.events);
  return (
    <>
      <ReportTabs />
      <p>{t("evidence.text")}</p>
      <Order />
      <Problem error={kept.error ?? made.error} />
      {packs && events ? (
        <List packs={packs} events={events} />
      ) : kept.error || made.error ? null : (
        <Loading />
      )}
      <More
        hasMore={made.hasNextPage}
        busy={made.isFetchingNextPage}
        onMore={() => void made.fetchNextPage()}
      />
    </>
  );
}

function Order(): ReactNode {
  const { t } = useWords();
  const days = usePeriod(30);
  const period = bounds(days);
  const [sample, setSample] = useState("25");
  const [seed, setSeed] = useState("");
  const order = useOrder("POST /api/evidence");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (period)
      order.mutate({
        body: { ...period, sample: Number(sample), ...(seed === "" ? {} : { seed: Number(seed) }) },
      });
  };
  return (
    <form onSubmit={submit}>
      <div className="filters">
        <PeriodFields {...days} />
        <label className="field">
          {t("evidence.sample")}
          <input
            type="number"
            min={0}
            max={1000}
            required
            value={sample}
            onChange={(event) => setSample(event.target.value)}
          />
        </label>
        <label className="field">
          {t("evidence.seed")}
          <input
            type="number"
            min={0}
            max={2147483647}
            value={seed}
            onChange={(event) => setSeed(event.target.value)}
          />
        </label>
        <button type="submit" className="primary" disabled={!period || order.isPending}>
          {order.isPending ? t("button.working") : t("evidence.make")}
        </button>
      </div>
      {period ? null : <p>{t("period.wrong")}</p>}
      <Problem error={order.error} />
    </form>
  );
}

interface Made {
  readonly id?: string;
  readonly from?: string;
  readonly to?: string;
  readonly sample?: number;
  readonly seed?: number;
  readonly events?: number;
  readonly manifest?: string;
}

function List({
  packs,
  events,
}: {
  readonly packs: readonly Pack[];
  readonly events: readonly Event[];
}): ReactNode {
  const { t } = useWords();
  const unmade = packs.filter(({ state }) => state !== "made");
  if (unmade.length + events.length === 0)
    return (
      <Empty>
        <p>{t("evidence.none")}</p>
      </Empty>
    );
  return (
    <Table
      caption={t("evidence.title")}
      captionHidden
      heads={[t("evidence.period"), t("evidence.madeAt"), t("evidence.content"), t("evidence.file")]}
    >
      {unmade.map(({ id, state, ordered }) => (
        <tr key={id}>
          <th scope="row">{ordered ? <Period from={ordered.from} to={ordered.to} /> : <code>{id}</code>}</th>
          <td />
          <td>{ordered ? <Drawn {...ordered} /> : null}</td>
          <td>
            {state === "making" ? (
              <span role="status">
                <progress aria-label={t("evidence.making")} /> {t("evidence.making")}
              </span>
            ) : (
              t("evidence.failed")
            )}
          </td>
        </tr>
      ))}
      {events.map((event) => {
        // docs/auditors.md defines the details of this event.
        const made = (event.detail ?? {}) as Made;
        const file = packs.find(({ id, state }) => id === made.id && state === "made");
        return (
          <tr key={event.id}>
            <th scope="row">{made.from && made.to ? <Period from={made.from} to={made.to} /> : null}</th>
            <td>
              <Link href={`/history/${event.id}`}>
                <When at={event.at} />
              </Link>{" "}
              <Actor actor={event.actor} name={event.actorName} />
            </td>
            <td>
              <Contents made={made} />
            </td>
            <td>
              {file ? (
                <a download href={`/api/evidence/${file.id}`}>
                  {t("evidence.download", { size: sizeOf(file.bytes ?? 0) })}
                </a>
              ) : (
                <span className="quiet">{t("evidence.notKept")}</span>
              )}
            </td>
          </tr>
        );
      })}
    </Table>
  );
}

function Contents({ made: { events, sample, seed, manifest } }: { readonly made: Made }): ReactNode {
  const { t } = useWords();
  return (
    <>
      {events === undefined ? null : <div>{t("evidence.events", { count: events })}</div>}
      {sample === undefined || seed === undefined ? null : <Drawn sample={sample} seed={seed} />}
      {manifest === undefined ? null : (
        <div className="quiet">
          {t("evidence.manifest")} <code>{manifest}</code>
        </div>
      )}
    </>
  );
}

/** The first and the last day in UTC, both inclusive. */
function Period({ from, to }: { readonly from: string; readonly to: string }): ReactNode {
  const last = new Date(Date.parse(to) - 1).toISOString();
  return (
    <time dateTime={`${from}/${to}`}>
      {from.slice(0, 10)} – {last.slice(0, 10)}
    </time>
  );
}

function Drawn({ sample, seed }: { readonly sample: number; readonly seed: number }): ReactNode {
  const { t } = useWords();
  return <div className="quiet">{t("evidence.drawn", { sample, seed: String(seed) })}</div>;
}

function sizeOf(bytes: number): string {
  return bytes < 100_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
