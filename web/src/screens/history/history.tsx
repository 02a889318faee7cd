import type { ReactNode } from "react";
import { go, useAddress, withQuery } from "../../base/address.ts";
import { usePages } from "../../base/queries.ts";
import type { Event, Session } from "../../generated/api.ts";
import { Search } from "../../parts/fields/search.tsx";
import { Link } from "../../parts/link.tsx";
import { More } from "../../parts/more.tsx";
import { Empty, Loading, Problem } from "../../parts/states.tsx";
import { Table } from "../../parts/table.tsx";
import { Actor, When } from "../../parts/text.tsx";
import { useWords } from "../../words/words.ts";
import { Changes } from "./changes.tsx";
import { DeletedPeople } from "./deleted-people.tsx";
import { Histogram } from "./histogram.tsx";

export function History({ session }: { readonly session: Session }): ReactNode {
  const { t } = useWords();
  const address = useAddress();
  const filter = address.query.get("filter") ?? "";
  const deleted = address.query.get("deleted") ?? "";
  const maySearch = session.scopes.includes("history:personal");
  const pages = usePages("GET /api/history", { query: { filter, count: 50 } });
  const events = pages.data?.pages.flatMap((page) => page.events);
  return (
    <>
      <div className="filters">
        <Search
          label={t("history.filter")}
          hint={t("history.filterHint")}
          value={filter}
          onChange={(text) => go(withQuery(address, { filter: text }), { replace: true })}
        />
        {maySearch ? (
          <Search
            label={t("deleted.search")}
            hint={t("deleted.searchHint")}
            value={deleted}
            onChange={(text) => go(withQuery(address, { deleted: text }), { replace: true })}
          />
        ) : null}
      </div>
      {maySearch && deleted !== "" ? <DeletedPeople name={deleted} /> : null}
      <p>
        {t("history.examples")}{" "}
        {EXAMPLES.map((each) => (
          <Link key={each} href={`/history?filter=${encodeURIComponent(each)}`} className="example">
            <code>{each}</code>
          </Link>
        ))}
      </p>
      <Histogram filter={filter} />
      <p>
        {t("history.export")}{" "}
        {FORMATS.map((format) => (
          <a
            key={format}
            className="example"
            download
            href={`/api/history/export?${new URLSearchParams({ format, ...(filter === "" ? {} : { filter }) })}`}
          >
            <code>{format}</code>
          </a>
        ))}
      </p>
      <Problem error={pages.error} />
      {events ? <Events events={events} /> : pages.error ? null : <Loading />}
      <More
        hasMore={pages.hasNextPage}
        busy={pages.isFetchingNextPage}
        onMore={() => void pages.fetchNextPage()}
      />
    </>
  );
}

const FORMATS = ["csv", "jsonl", "entra-csv", "ocsf", "cef"];
const EXAMPLES = ['code sw "operator."', 'outcome eq "refused"', 'code eq "user.deactivated"'];

export function Events({ events }: { readonly events: readonly Event[] }): ReactNode {
  const { t } = useWords();
  if (events.length === 0)
    return (
      <Empty>
        <p>{t("history.none")}</p>
        <Link href="/history">{t("history.all")}</Link>
      </Empty>
    );
  return (
    <Table
      caption={t("nav.history")}
      captionHidden
      heads={[t("column.when"), t("column.event"), t("column.actor"), t("column.changes")]}
    >
      {events.map((event) => (
        <tr key={event.id}>
          <td>
            <When at={event.at} />
          </td>
          <th scope="row">
            <Link href={`/history/${event.id}`}>
              <code>{event.code}</code>
            </Link>{" "}
            {event.outcome ? (
              <span className={`chip outcome-${event.outcome}`}>{t(`outcome.${event.outcome}`)}</span>
            ) : null}
          </th>
          <td>
            <Actor actor={event.actor} name={event.actorName} />
          </td>
          <td>
            <Changes changes={event.changes ?? {}} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
