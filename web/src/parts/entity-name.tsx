import type { ReactNode } from "react";
import type { Kind } from "../generated/api.ts";
import { Link } from "./link.tsx";
import { Foreign } from "./text.tsx";

/** What an entity is called, else its id; a person leads to their view. */
export function EntityName({
  kind,
  id,
  name,
}: {
  readonly kind: Kind;
  readonly id: string;
  readonly name: string | null | undefined;
}): ReactNode {
  const text = <Foreign text={name ?? id} />;
  return kind === "user" ? <Link href={`/people/${id}`}>{text}</Link> : text;
}
