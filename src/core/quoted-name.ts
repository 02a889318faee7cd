/** Of an attribute, a URN, a path without values, an id. Longer or other texts may be values, which no message repeats. */
const NAME = /^[A-Za-z0-9][\w.$:-]{0,99}$/;

/** A name that came in, for the end of a message about it: ` "nope"`, or nothing when it does not look like one. */
export const quotedName = (name: string): string => (NAME.test(name) ? ` "${name}"` : "");
