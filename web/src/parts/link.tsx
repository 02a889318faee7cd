import type { MouseEvent, ReactNode } from "react";
import { go } from "../base/address.ts";

interface LinkProps {
  readonly href: string;
  readonly children: ReactNode;
  readonly current?: boolean;
  readonly className?: string;
}

/** A link to another view. The browser handles clicks with a modifier key or with another button. */
export function Link({ href, children, current = false, className }: LinkProps): ReactNode {
  const follow = (event: MouseEvent) => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    event.preventDefault();
    go(href);
    window.scrollTo(0, 0);
  };
  return (
    <a
      href={href}
      onClick={follow}
      className={className}
      {...(current ? { "aria-current": "page" as const } : {})}
    >
      {children}
    </a>
  );
}
