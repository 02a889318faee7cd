import { type ReactNode, useState } from "react";
import { go, useAddress, withQuery } from "../base/address.ts";
import { usePages } from "../base/queries.ts";
import type { DepartmentNode } from "../generated/api.ts";
import { Search } from "../parts/fields/search.tsx";
import { Link } from "../parts/link.tsx";
import { More } from "../parts/more.tsx";
import { Empty, Loading, Problem, StateChip } from "../parts/states.tsx";
import { Foreign } from "../parts/text.tsx";
import { useReasons } from "../words/reasons.ts";
import { useWords } from "../words/words.ts";

/** Number of levels that are open at first. */
const OPEN_LEVELS = 2;
const COUNT = 100;

/** The desired tree of departments. Deeper levels are folded. A search shows whole paths. */
export function Departments(): ReactNode {
  const { t } = useWords();
  const address = useAddress();
  const q = address.query.get("q") ?? "";
  return (
    <>
      <div className="filters">
        <Search
          label={t("people.search")}
          value={q}
          onChange={(text) => go(withQuery(address, { q: text }), { replace: true })}
        />
      </div>
      {q === "" ? <Level level={1} parent={undefined} /> : <Found q={q} />}
    </>
  );
}

function Found({ q }: { readonly q: string }): ReactNode {
  const { t } = useWords();
  const pages = usePages("GET /api/departments", { query: { q, count: COUNT } });
  const found = pages.data?.pages.flatMap(({ departments }) => departments);
  if (!found) return pages.error ? <Problem error={pages.error} /> : <Loading />;
  if (found.length === 0)
    return (
      <Empty>
        <p>{t("departments.noneFound")}</p>
        <Link href="/departments">{t("departments.all")}</Link>
      </Empty>
    );
  return (
    <>
      <ul className="rows">
        {found.map((department) => (
          <li key={department.id}>
            <Foreign text={department.path.join(" / ")} /> <About department={department} />
          </li>
        ))}
      </ul>
      <More
        hasMore={pages.hasNextPage}
        busy={pages.isFetchingNextPage}
        onMore={() => void pages.fetchNextPage()}
      />
    </>
  );
}

/** The departments directly below one department. `parent` undefined: the top level. */
function Level({
  level,
  parent,
}: {
  readonly level: number;
  readonly parent: string | undefined;
}): ReactNode {
  const { t } = useWords();
  const pages = usePages("GET /api/departments", { query: { parent, count: COUNT } });
  const nodes = pages.data?.pages.flatMap(({ departments }) => departments);
  if (!nodes) return pages.error ? <Problem error={pages.error} /> : <Loading />;
  if (nodes.length === 0)
    return (
      <Empty>
        <p>{t("departments.none")}</p>
        <Link href="/connections">{t("overview.connect")}</Link>
      </Empty>
    );
  return (
    <>
      <ul className="tree">
        {nodes.map((department) => (
          <Node key={department.id} department={department} level={level} />
        ))}
      </ul>
      {pages.hasNextPage ? (
        <button type="button" disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t("button.more")}
        </button>
      ) : null}
    </>
  );
}

function Node({
  department,
  level,
}: {
  readonly department: DepartmentNode;
  readonly level: number;
}): ReactNode {
  const { t, number } = useWords();
  const [isOpen, setOpen] = useState(level < OPEN_LEVELS);
  const { id, name, children } = department;
  return (
    <li>
      {children > 0 ? (
        <button
          type="button"
          className="fold"
          aria-expanded={isOpen}
          aria-label={t(isOpen ? "departments.close" : "departments.open", { name })}
          onClick={() => setOpen(!isOpen)}
        >
          <span aria-hidden="true">{isOpen ? "▾" : "▸"}</span>
        </button>
      ) : (
        <span className="fold" />
      )}
      <Foreign text={name} /> <About department={department} />{" "}
      {children > 0 ? (
        <span className="quiet">{t("departments.below", { number: number(children) })}</span>
      ) : null}
      {isOpen && children > 0 ? <Level level={level + 1} parent={id} /> : null}
    </li>
  );
}

function About({ department }: { readonly department: DepartmentNode }): ReactNode {
  const { t } = useWords();
  const worded = useReasons();
  const { id, state, reasonCode } = department;
  return (
    <>
      {state ? <StateChip state={state} /> : null}{" "}
      {reasonCode && state !== "inSync" ? <span>{worded(department).title}</span> : null}{" "}
      <Link href={`/history?filter=${encodeURIComponent(`subject eq "${id}"`)}`}>{t("nav.history")}</Link>
    </>
  );
}
