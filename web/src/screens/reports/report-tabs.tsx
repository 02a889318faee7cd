import type { ReactNode } from "react";
import { Tabs } from "../../parts/tabs.tsx";
import { type Key, useWords } from "../../words/words.ts";

const TABS: readonly (readonly [string, Key])[] = [
  ["/reports", "reports.figures"],
  ["/reports/leavers", "leavers.title"],
  ["/reports/evidence", "evidence.title"],
];

export function ReportTabs(): ReactNode {
  const { t } = useWords();
  return <Tabs label={t("nav.reports")} tabs={TABS} />;
}
