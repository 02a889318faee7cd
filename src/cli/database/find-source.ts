import { DEFAULT_SOURCE, type Source, type Sources } from "../../store/access/sources.ts";
import { t } from "../words/translate.ts";
import { NotFoundHere } from "./not-found-here.ts";

/**
 * The source that an operator names. Creates the default source if it is missing. Throws NotFoundHere if
 * there is no such source.
 */
export async function findSource(sources: Sources, name: string): Promise<Source> {
  const source = name === DEFAULT_SOURCE ? await sources.ensureDefault() : await sources.findByName(name);
  if (!source)
    throw new NotFoundHere(
      t`there is no source named ${name}; \`source list\` shows all, \`source create\` makes one`,
    );
  return source;
}
