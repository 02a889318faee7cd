import type { ReactNode } from "react";
import type { Session } from "./generated/api.ts";
import { Link } from "./parts/link.tsx";
import { Empty } from "./parts/states.tsx";
import { Access } from "./screens/access/access.tsx";
import { Connections } from "./screens/connections/connections.tsx";
import { Departments } from "./screens/departments.tsx";
import { EventStory } from "./screens/history/event.tsx";
import { History } from "./screens/history/history.tsx";
import { Mapping } from "./screens/mapping/mapping.tsx";
import { HoldScreen } from "./screens/needs-you/hold.tsx";
import { IncidentScreen } from "./screens/needs-you/incident.tsx";
import { NeedsYou } from "./screens/needs-you/needs-you.tsx";
import { Overview } from "./screens/overview.tsx";
import { People } from "./screens/people/people.tsx";
import { Person } from "./screens/people/person.tsx";
import { Plan } from "./screens/plan.tsx";
import { Evidence } from "./screens/reports/evidence.tsx";
import { Leavers } from "./screens/reports/leavers.tsx";
import { Report } from "./screens/reports/report.tsx";
import { Reports } from "./screens/reports/reports.tsx";
import { Verify } from "./screens/verify/verify-screen.tsx";
import { type Key, useWords } from "./words/words.ts";

/* The views and their addresses. src/http/pages/dashboard.ts must serve the same addresses. */

interface Route {
  readonly pattern: RegExp;
  readonly title: Key;
  /** The link in the navigation. Left out: the view is not in the navigation. */
  readonly href?: string;
  /** The right that shows the link. The server refuses others. */
  readonly needs?: Session["rights"][number];
  readonly render: (session: Session, id: string) => ReactNode;
}

export const ROUTES: readonly Route[] = [
  { pattern: /^\/$/, title: "nav.overview", href: "/", render: () => <Overview /> },
  {
    pattern: /^\/needs-you\/?$/,
    title: "nav.needsYou",
    href: "/needs-you",
    render: (session) => <NeedsYou session={session} />,
  },
  { pattern: /^\/people\/?$/, title: "nav.people", href: "/people", render: () => <People /> },
  {
    pattern: /^\/departments\/?$/,
    title: "nav.departments",
    href: "/departments",
    render: () => <Departments />,
  },
  { pattern: /^\/plan\/?$/, title: "nav.plan", href: "/plan", render: () => <Plan /> },
  {
    pattern: /^\/history\/?$/,
    title: "nav.history",
    href: "/history",
    render: (session) => <History session={session} />,
  },
  {
    pattern: /^\/connections\/?$/,
    title: "nav.connections",
    href: "/connections",
    render: (session) => <Connections session={session} />,
  },
  {
    pattern: /^\/mapping\/?$/,
    title: "nav.mapping",
    href: "/mapping",
    render: (session) => <Mapping session={session} />,
  },
  {
    pattern: /^\/access\/?$/,
    title: "nav.access",
    href: "/access",
    needs: "oversee",
    render: (session) => <Access session={session} />,
  },
  { pattern: /^\/reports\/?$/, title: "nav.reports", href: "/reports", render: () => <Reports /> },
  { pattern: /^\/reports\/leavers\/?$/, title: "leavers.title", render: () => <Leavers /> },
  { pattern: /^\/reports\/evidence\/?$/, title: "evidence.title", render: () => <Evidence /> },
  { pattern: /^\/verify\/?$/, title: "nav.verify", href: "/verify", render: () => <Verify /> },
  { pattern: /^\/report\/?$/, title: "report.title", render: () => <Report /> },
  {
    pattern: /^\/people\/([^/]+)\/?$/,
    title: "person.title",
    render: (session, id) => <Person id={id} session={session} />,
  },
  {
    pattern: /^\/holds\/([^/]+)\/?$/,
    title: "hold.title",
    render: (session, id) => <HoldScreen id={id} session={session} />,
  },
  {
    pattern: /^\/incidents\/([^/]+)\/?$/,
    title: "incident.title",
    render: (session, id) => <IncidentScreen id={id} session={session} />,
  },
  {
    pattern: /^\/history\/([^/]+)\/?$/,
    title: "event.title",
    render: (_session, id) => <EventStory id={id} />,
  },
];

export function screenFor(path: string): {
  readonly title: Key;
  readonly render: (session: Session) => ReactNode;
} {
  for (const { pattern, title, render } of ROUTES) {
    const match = pattern.exec(path);
    if (match) return { title, render: (session) => render(session, match[1] ?? "") };
  }
  return { title: "nowhere.title", render: () => <Nowhere /> };
}

function Nowhere(): ReactNode {
  const { t } = useWords();
  return (
    <Empty>
      <p>{t("nowhere.text")}</p>
      <Link href="/">{t("nav.overview")}</Link>
    </Empty>
  );
}
