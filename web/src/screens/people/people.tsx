import type { ReactNode } from "react";
import { go, useAddress, withQuery } from "../../base/address.ts";
import { usePages } from "../../base/queries.ts";
import type { State, SyncItem } from "../../generated/api.ts";
import { Search } from "../../parts/fields/search.tsx";
import { Link } from "../../parts/link.tsx";
import { More } from "../../parts/more.tsx";
import { Empty, Loading, Problem, StateChip } from "../../parts/states.tsx";
import { Table } from "../../parts/table.tsx";
import { Foreign, When } from "../../parts/text.tsx";
import { useReasons } from "../../words/reasons.ts";
import { useWords } from "../../words/words.ts";

const STATES: readonly State[] = ["inSync", "due", "waiting", "held", "parked"];
const KINDS = ["user", "department", "group", "role", "all"] as const;

/** People and other entities. The address has the search and the choices. */
export function People(): ReactNode {
  const { t } = useWords();
  const address = useAddress();
  const chosen = (name: string) => address.query.get(name) ?? "";
  const kind = KINDS.find((each) => each === chosen("kind")) ?? "user";
  const state = STATES.find((each) => each === chosen("state"));
  const reason = chosen("reason");
  const q = chosen("q");
  const query = { q, state, reason, count: 50, kind: kind === "all" ? undefined : kind };
  const pages = usePages("GET /api/sync/items", { query });
  const items = pages.data?.pages.flatMap((page) => page.items);
  const choose = (change: Readonly<Record<string, string | undefined>>) =>
    go(withQuery(address, change), { replace: "q" in change });
  return (
    <>
      <div className="filters">
        <Search
          label={t("people.search")}
          hint={t("people.searchHint")}
          value={q}
          onChange={(text) => choose({ q: text })}
        />
        <label className="field">
          {t("people.kind")}
          <select
            value={kind}
            onChange={(event) =>
              choose({ kind: event.target.value === "user" ? undefined : event.target.value })
            }
          >
            {KINDS.map((each) => (
              <option key={each} value={each}>
                {t(`kind.${each}`)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <ul className="chips" aria-label={t("people.states")}>
        {[undefined, ...STATES].map((each) => (
          <li key={each ?? "any"}>
            <Link href={withQuery(address, { state: each })} current={each === state}>
              {each ? <StateChip state={each} /> : <span className="chip">{t("people.anyState")}</span>}
            </Link>
          </li>
        ))}
      </ul>
      {reason ? (
        <p>
          {t("people.reason")} <code>{reason}</code>{" "}
          <Link href={withQuery(address, { reason: undefined })}>{t("people.everyReason")}</Link>
        </p>
      ) : null}
      <Problem error={pages.error} />
      {items ? (
        <Items items={items} filtered={q !== "" || state !== undefined || reason !== ""} />
      ) : pages.error ? null : (
        <Loading />
      )}
      <More
        hasMore={pages.hasNextPage}
        busy={pages.isFetchingNextPage}
        onMore={() => void pages.fetchNextPage()}
      />
    </>
  );
}

function Items({
  items,
  filtered,
}: {
  readonly items: readonly SyncItem[];
  readonly filtered: boolean;
}): ReactNode {
  const { t } = useWords();
  const worded = useReasons();
  if (items.length === 0)
    return (
      <Empty>
        <p>{t(filtered ? "people.noneFound" : "people.none")}</p>
        <Link href={filtered ? "/people" : "/connections"}>
          {t(filtered ? "people.everybody" : "overview.connect")}
        </Link>
      </Empty>
    );
  return (
    <Table
      caption={t("nav.people")}
      captionHidden
      heads={[t("column.name"), t("column.state"), t("column.reason"), t("column.changed")]}
    >
      {items.map((item) => (
        <tr key={`${item.kind} ${item.id}`}>
          <th scope="row">
            {item.kind === "user" ? (
              <Link href={`/people/${item.id}`}>
                <Foreign text={item.name ?? item.id} />
              </Link>
            ) : (
              <Link href={`/history?filter=${encodeURIComponent(`subject eq "${item.id}"`)}`}>
                <Foreign text={item.name ?? item.id} />
              </Link>
            )}{" "}
            <span className="quiet">
              {item.kind === "user" ? <Foreign text={item.userName ?? ""} /> : t(`kind.${item.kind}`)}
            </span>
          </th>
          <td>
            <StateChip state={item.state} />
          </td>
          <td>{item.reasonCode && item.state !== "inSync" ? worded(item).title : ""}</td>
          <td>
            {item.dueSince ? <When at={item.dueSince} /> : item.settledAt ? <When at={item.settledAt} /> : ""}
          </td>
        </tr>
      ))}
    </Table>
  );
}
