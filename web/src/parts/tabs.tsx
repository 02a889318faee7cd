import type { ReactNode } from "react";
import { useAddress } from "../base/address.ts";
import { type Key, useWords } from "../words/words.ts";
import { Link } from "./link.tsx";

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly (readonly [href: string, title: Key])[];
}

/** Links to views that belong together. */
export function Tabs({ label, tabs }: TabsProps): ReactNode {
  const { t } = useWords();
  const { path } = useAddress();
  return (
    <nav className="tabs" aria-label={label}>
      <ul>
        {tabs.map(([href, title]) => (
          <li key={href}>
            <Link href={href} current={path === href}>
              {t(title)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
