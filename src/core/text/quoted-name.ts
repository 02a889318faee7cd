/**
 * Attribute names, URNs, paths without values, ids. Other or longer texts may be values, which messages must
 * not repeat.
 */
const NAME = /^[A-Za-z0-9][\w.$:-]{0,99}$/;

/**
 * A received name, quoted for the end of a message: ` "nope"`, or nothing if it does not look like a name.
 */
export const quotedName = (name: string): string => (NAME.test(name) ? ` "${name}"` : "");
