import { FormatError } from "./format-error.ts";
import { isSignedBy, LOG_KEY, type Note, parseVerifierKey, type VerifierKey, WITNESS_KEY } from "./note.ts";

/* Policies: the signatures that a checkpoint needs (C2SP tlog-policy). */

export interface Policy {
  readonly logs: readonly VerifierKey[];
  readonly witnesses: readonly PolicyWitness[];
  /** True: these witnesses are enough. `names`: their names in the policy file. */
  isQuorum(names: ReadonlySet<string>): boolean;
}

export interface PolicyWitness {
  readonly name: string;
  readonly key: VerifierKey;
  readonly url?: string;
}

type Rule = (names: ReadonlySet<string>) => boolean;

/** Throws FormatError. Its message has the number of the line. */
export function parsePolicy(text: string): Policy {
  const logs: VerifierKey[] = [];
  const witnesses: PolicyWitness[] = [];
  const rules = new Map<string, Rule>();
  const members = new Set<string>();
  let quorum: Rule | undefined;
  const seen = new Set<string>();

  const define = (name: string, rule: Rule): void => {
    if (name === "none" || rules.has(name)) throw new FormatError(`the name ${name} is used already`);
    rules.set(name, rule);
  };
  const known = (name: string): Rule => {
    const rule = rules.get(name);
    if (!rule) throw new FormatError(`${name} is not defined in a line above`);
    return rule;
  };
  const keyOf = (given: string, type: number): VerifierKey => {
    const key = parseVerifierKey(given);
    if (key.type !== type)
      throw new FormatError(
        `the key ${key.name} has the wrong type: a log needs type ${LOG_KEY}, a witness type ${WITNESS_KEY}`,
      );
    const bytes = String(key.key.export({ format: "jwk" }).x);
    if (seen.has(bytes)) throw new FormatError(`the key ${key.name} is given twice`);
    seen.add(bytes);
    return key;
  };

  const read = ([word = "", ...rest]: readonly string[]): void => {
    switch (word) {
      case "log":
        if (rest.length < 1 || rest.length > 2) throw new FormatError("log needs a verifier key");
        logs.push(keyOf(rest[0]!, LOG_KEY));
        return;
      case "witness": {
        const [name, key, url] = rest;
        if (!name || !key || rest.length > 3)
          throw new FormatError("witness needs a name and a verifier key");
        witnesses.push({ name, key: keyOf(key, WITNESS_KEY), ...(url === undefined ? {} : { url }) });
        define(name, (names) => names.has(name));
        return;
      }
      case "group": {
        const [name, least = "", ...of] = rest;
        if (!name || of.length === 0) throw new FormatError("group needs a name, a number and members");
        const count =
          least === "all" ? of.length : least === "any" ? 1 : /^[1-9]\d*$/.test(least) ? Number(least) : 0;
        if (count < 1 || count > of.length)
          throw new FormatError(`${least} is not a number from 1 to ${of.length}`);
        for (const each of of) {
          if (members.has(each)) throw new FormatError(`${each} is a member twice`);
          members.add(each);
        }
        const each = of.map(known);
        define(name, (names) => each.filter((rule) => rule(names)).length >= count);
        return;
      }
      case "quorum": {
        const [name, more] = rest;
        if (!name || more !== undefined || quorum)
          throw new FormatError("there must be exactly one line quorum, with one name");
        quorum = name === "none" ? () => true : known(name);
        return;
      }
      default:
        throw new FormatError(`${word} is not allowed; a line begins with log, witness, group or quorum`);
    }
  };

  for (const [at, line] of text.split("\n").entries()) {
    const words = line.split(/[ \t]+/).filter((word) => word !== "");
    if (words.length === 0 || words[0]!.startsWith("#")) continue;
    try {
      read(words);
    } catch (error) {
      throw error instanceof FormatError ? new FormatError(`line ${at + 1}: ${error.message}`) : error;
    }
  }
  if (!quorum) throw new FormatError("the line quorum is missing");
  return { logs, witnesses, isQuorum: quorum };
}

/** Names of the witnesses that have signed. Throws FormatError if a signature is not valid. */
export const cosignedBy = (note: Note, { witnesses }: Policy): ReadonlySet<string> =>
  new Set(witnesses.filter(({ key }) => isSignedBy(note, key)).map(({ name }) => name));
