import { type ReactNode, useState } from "react";
import { needsSignIn } from "../../base/api.ts";
import { useAnswer, usePages } from "../../base/queries.ts";
import type { Person as PersonAnswer, Session } from "../../generated/api.ts";
import { Link } from "../../parts/link.tsx";
import { More } from "../../parts/more.tsx";
import { SignInAgain } from "../../parts/sign-in-form.tsx";
import { Empty, Loading, Problem, StateChip } from "../../parts/states.tsx";
import { Table } from "../../parts/table.tsx";
import { Foreign, NUMBERS, Value, When } from "../../parts/text.tsx";
import { useReasons } from "../../words/reasons.ts";
import { useWords } from "../../words/words.ts";
import { Events } from "../history/history.tsx";
import { PersonActs } from "./person-acts.tsx";
import { Records } from "./records.tsx";
import { Timeline } from "./timeline.tsx";

export function Person({ id, session }: { readonly id: string; readonly session: Session }): ReactNode {
  const { t } = useWords();
  const { data, error } = useAnswer("GET /api/users/{id}", { path: { id } }, { live: true });
  const story = usePages("GET /api/history", { query: { filter: `subject eq "${id}"`, count: 20 } });
  // The other form of the answer is only for requests with a time.
  const person = data && "item" in data ? data : undefined;
  if (!person) return error ? <Problem error={error} /> : <Loading />;
  const { item } = person;
  const events = story.data?.pages.flatMap((page) => page.events);
  return (
    <>
      <p className="sentence">
        <Foreign text={item.name ?? id} /> <StateChip state={item.state} />
      </p>
      <Facts person={person} />
      <PersonActs id={id} person={person} events={events ?? []} session={session} />
      <Problem error={error} />
      <Scheduled person={person} />
      <Difference person={person} session={session} />
      <Records person={person} session={session} />
      <Timeline id={id} />
      <section>
        <h2>{t("person.story")}</h2>
        <Problem error={story.error} />
        {events ? <Events events={events} /> : <Loading />}
        <More
          hasMore={story.hasNextPage}
          busy={story.isFetchingNextPage}
          onMore={() => void story.fetchNextPage()}
        />
      </section>
    </>
  );
}

function Facts({
  person: { item, present, action, lastHint },
}: {
  readonly person: PersonAnswer;
}): ReactNode {
  const { t } = useWords();
  const worded = useReasons();
  const { title, remedy, lang } = worded(item);
  return (
    <dl className="facts">
      {item.userName ? (
        <>
          <dt>{t("person.userName")}</dt>
          <dd>
            <Foreign text={item.userName} />
          </dd>
        </>
      ) : null}
      <dt>{t("person.inDingTalk")}</dt>
      <dd>
        {present === null ? t("person.absent") : t(`presence.${present}`)}{" "}
        {item.remoteId ? <code>{item.remoteId}</code> : null}
      </dd>
      {item.reasonCode && item.state !== "inSync" ? (
        <>
          <dt>{t("column.reason")}</dt>
          <dd>
            {title} <code>{item.reasonCode}</code>
            {item.lastAnswer ? <code> {item.lastAnswer}</code> : null}
          </dd>
          <dt>{t("person.remedy")}</dt>
          <dd>{remedy ? <span lang={lang}>{remedy}</span> : t("person.noRemedy")}</dd>
        </>
      ) : null}
      {item.holder ? (
        <>
          <dt>{t("person.holder")}</dt>
          <dd>
            {item.holder.id && item.holder.kind === "user" ? (
              <Link href={`/people/${item.holder.id}`}>
                <Foreign text={item.holder.name ?? item.holder.id} />
              </Link>
            ) : (
              <Foreign text={item.holder.name ?? item.holder.remoteId ?? item.holder.kind} />
            )}
          </dd>
        </>
      ) : null}
      <dt>{t("person.next")}</dt>
      <dd>
        {t(`action.${action}`)} {item.nextTry && item.state !== "inSync" ? <When at={item.nextTry} /> : null}
      </dd>
      {item.attempts > 0 ? (
        <>
          <dt>{t("person.attempts")}</dt>
          <dd>{item.attempts}</dd>
        </>
      ) : null}
      {lastHint ? (
        <>
          <dt>{t("person.lastHint")}</dt>
          <dd>
            <When at={lastHint.at} /> <code>{lastHint.type}</code>{" "}
            <span className="quiet">{t(`hint.${lastHint.outcome}`)}</span>
          </dd>
        </>
      ) : null}
      {item.notes.map(({ attribute, code, text }) => (
        <div key={`${attribute} ${code}`}>
          <dt>{t("person.note")}</dt>
          <dd>
            <code>{attribute}</code> <span lang="en">{text}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Scheduled changes. A masked change shows only its kind and its source. */
function Scheduled({ person: { scheduled } }: { readonly person: PersonAnswer }): ReactNode {
  const { t } = useWords();
  if (scheduled.length === 0) return null;
  return (
    <Table
      caption={t("person.scheduled")}
      heads={[
        t("person.scheduledWhat"),
        t("person.scheduledDay"),
        t("person.scheduledAt"),
        t("person.source"),
      ]}
    >
      {scheduled.map(({ id, kind, day, zone, at, source, changes }) => (
        <tr key={id}>
          <td>
            {t(`scheduled.${kind}`)}{" "}
            {kind === "change" ? <code>{Object.keys(changes).join(", ")}</code> : null}
          </td>
          <td>
            {day} {zone ? <span className="quiet">{zone}</span> : null}
          </td>
          <td>{at === null ? null : <When at={at} />}</td>
          <td>
            <Foreign text={source} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** The values of the sources, the desired values, and the values last seen in DingTalk. */
function Difference({
  person,
  session,
}: {
  readonly person: PersonAnswer;
  readonly session: Session;
}): ReactNode {
  const { t } = useWords();
  const [asks, setAsks] = useState(false);
  const given = { path: { id: person.item.id }, query: { reveal: "numbers" } };
  const revealed = useAnswer("GET /api/users/{id}", given, { enabled: asks });
  const shown = asks && revealed.data && "item" in revealed.data ? revealed.data : undefined;
  const { columns, names } = shown ?? person;
  const sources = person.records?.map(({ source }) => source) ?? [t("person.source")];
  const sourceHeads =
    person.records?.map(({ id, source }) => ({ key: id, shows: <Foreign text={source} /> })) ?? sources;
  const isLate = asks && needsSignIn(revealed.error);
  const hasNumbers =
    session.scopes.includes("history:personal") && columns.some(({ attribute }) => NUMBERS.has(attribute));
  if (columns.length === 0)
    return (
      <Empty>
        <p>{t("person.nothingKnown")}</p>
      </Empty>
    );
  return (
    <>
      {isLate ? (
        <SignInAgain onDone={() => void revealed.refetch()} />
      ) : (
        <Problem error={asks ? revealed.error : null} />
      )}
      {hasNumbers ? (
        <p className="buttons">
          <button type="button" aria-pressed={shown !== undefined} onClick={() => setAsks(!asks)}>
            {t(asks ? "person.hideNumbers" : "person.showNumbers")}
          </button>
        </p>
      ) : null}
      <Table
        caption={t("person.difference")}
        heads={[t("column.attribute"), ...sourceHeads, t("person.directory"), t("person.dingtalk")]}
      >
        {columns.map(({ attribute, source, bySource, directory, target, differs }) => (
          <tr key={attribute} className={differs ? "differs" : ""}>
            <th scope="row">
              <code>{attribute}</code>{" "}
              {differs ? <span className="chip state-due">≠ {t("person.differs")}</span> : null}
            </th>
            {(bySource ?? [{ record: "", read: source }]).map(({ record, read }, at) => (
              <td key={record} data-head={sources[at]}>
                {read.length === 0 ? <span className="quiet">–</span> : null}
                {read.map(({ path, value }) => (
                  <div key={path}>
                    <code className="quiet">{path}</code>{" "}
                    <Value attribute={attribute} value={value} revealed={shown !== undefined} />
                  </div>
                ))}
              </td>
            ))}
            <td data-head={t("person.directory")}>
              <Value attribute={attribute} value={directory} names={names} revealed={shown !== undefined} />
            </td>
            <td data-head={t("person.dingtalk")} className={differs ? "wrong" : ""}>
              <Value attribute={attribute} value={target} names={names} revealed={shown !== undefined} />
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}
