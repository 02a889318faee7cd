import { DEFAULT_SOURCE, type Source, type Sources } from "../../store/access/sources.ts";
import { NotFoundHere } from "./not-found-here.ts";

/** The source an operator names; the default one is made when it is not there yet. Throws NotFoundHere for a name no source has. */
export async function findSource(sources: Sources, name: string): Promise<Source> {
  const source = name === DEFAULT_SOURCE ? await sources.ensureDefault() : await sources.findByName(name);
  if (!source) throw new NotFoundHere(`there is no source named ${name}; \`source list\` shows all, \`source create\` makes one`);
  return source;
}
