import { type ReactNode, useEffect, useRef } from "react";
import { useWords } from "../words/words.ts";

interface MoreProps {
  readonly hasMore: boolean;
  readonly busy: boolean;
  readonly onMore: () => void;
}

/** The end of a list with more pages. The next page is loaded by scrolling to it, or by the button. */
export function More({ hasMore, busy, onMore }: MoreProps): ReactNode {
  const { t } = useWords();
  const end = useRef<HTMLDivElement>(null);
  const tell = useRef(onMore);
  tell.current = onMore;
  useEffect(() => {
    const seen = end.current;
    if (!seen || !hasMore || busy) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && tell.current(),
    );
    observer.observe(seen);
    return () => observer.disconnect();
  }, [hasMore, busy]);
  if (!hasMore) return null;
  return (
    <div ref={end} className="more">
      <button type="button" onClick={onMore} disabled={busy}>
        {busy ? t("loading") : t("button.more")}
      </button>
    </div>
  );
}
