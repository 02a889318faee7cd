import type { ReactNode } from "react";
import type { Kind } from "../generated/api.ts";
import { Link } from "./link.tsx";
import { Foreign } from "./text.tsx";

/** The name of an entity, or its id if it has no name. For a person it is a link to the person's view. */
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
