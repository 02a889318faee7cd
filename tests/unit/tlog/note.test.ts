import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { checkpointText, parseCheckpoint, parseCheckpoints } from "../../../src/tlog/checkpoint.ts";
import { FormatError } from "../../../src/tlog/format-error.ts";
import {
  cosign,
  formatNote,
  isSignedBy,
  LOG_KEY,
  parseNote,
  parseVerifierKey,
  signText,
  verifierKey,
  WITNESS_KEY,
} from "../../../src/tlog/note.ts";
import { cosignedBy, parsePolicy } from "../../../src/tlog/policy.ts";

/* The example of C2SP signed-note, whose signature other programs have made. */
const EXAMPLE_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const EXAMPLE = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`;

const made = (name: string, type: typeof LOG_KEY | typeof WITNESS_KEY = LOG_KEY) => {
  const { privateKey } = generateKeyPairSync("ed25519");
  return { secret: privateKey, verifier: verifierKey(name, type, createPublicKey(privateKey)) };
};

test("a note that another program signed is valid, and with one letter changed it is not", () => {
  const key = parseVerifierKey(EXAMPLE_KEY);
  expect(key.text).toBe(EXAMPLE_KEY);
  expect(isSignedBy(parseNote(EXAMPLE), key)).toBe(true);
  expect(() => isSignedBy(parseNote(EXAMPLE.replace("answer", "Answer")), key)).toThrow(FormatError);
  expect(formatNote(parseNote(EXAMPLE))).toBe(EXAMPLE);
});

test("signatures of unknown keys say nothing, those of another key under a known name neither", () => {
  const [mine, other] = [made("log"), made("log")];
  const text = "log\n1\n";
  const note = { text, signatures: [signText(text, other.verifier, other.secret)] };
  expect(isSignedBy(note, mine.verifier)).toBe(false);
  expect(isSignedBy(note, other.verifier)).toBe(true);
});

test("a cosignature is of its time, and of a witness key alone", () => {
  const witness = made("w", WITNESS_KEY);
  const text = "log\n1\n";
  const signature = cosign(text, witness.verifier, witness.secret, 1_700_000_000);
  expect(isSignedBy({ text, signatures: [signature] }, witness.verifier)).toBe(true);
  const later = Buffer.from(signature.bytes);
  later.writeBigUInt64BE(1_700_000_001n);
  expect(() => isSignedBy({ text, signatures: [{ ...signature, bytes: later }] }, witness.verifier)).toThrow(
    FormatError,
  );
  expect(() =>
    isSignedBy({ text, signatures: [signText(text, witness.verifier, witness.secret)] }, witness.verifier),
  ).toThrow(FormatError);
});

test.each([
  "name+00000000+AQ==",
  EXAMPLE_KEY.replace("c74f20a3", "c74f20a4"),
  EXAMPLE_KEY.replace("+ARpc", "+BRpc"),
  `${EXAMPLE_KEY} `,
  "a b+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
])("%s is no verifier key", (text) => expect(() => parseVerifierKey(text)).toThrow(FormatError));

const root = Buffer.alloc(32, 3);
const signed = (size: number, key = made("example.com/history/1")) => {
  const text = checkpointText({ origin: key.verifier.name, size, root });
  return formatNote({ text, signatures: [signText(text, key.verifier, key.secret)] });
};

test("checkpoints are read one after another, as they were served", () => {
  const [one, two] = [signed(1), signed(1000)];
  expect(parseCheckpoints(`${one}${two}`).map(({ size }) => size)).toEqual([1, 1000]);
  expect(parseCheckpoints(`${one}\n${two}\n`).map(({ text }) => text)).toEqual([one, two]);
  expect(parseCheckpoints("")).toEqual([]);
});

test.each([
  ["a size with a zero in front", signed(1).replace("\n1\n", "\n01\n")],
  ["a short root", signed(1).replace(root.toString("base64"), root.subarray(1).toString("base64"))],
  ["no signatures", signed(1).split("\n\n")[0]!],
  ["a signature that is no base64", signed(1).replace(/— (\S+) .*/, "— $1 ???")],
])("a checkpoint with %s is refused", (_name, text) =>
  expect(() => parseCheckpoint(text)).toThrow(FormatError),
);

const [x1, x2, y1] = [made("w/x1", WITNESS_KEY), made("w/x2", WITNESS_KEY), made("w/y1", WITNESS_KEY)];
const log = made("example.com/history/1");
const POLICY = `# whom we trust
log ${log.verifier.text}
witness X1 ${x1.verifier.text} https://x1.example/
witness X2 ${x2.verifier.text}
\twitness Y1 ${y1.verifier.text}
group X any X1 X2
group both all X Y1
quorum both
`;

test.each<[string, readonly (typeof x1)[], boolean]>([
  ["one of each", [x1, y1], true],
  ["all", [x1, x2, y1], true],
  ["one side only", [x1, x2], false],
  ["nobody", [], false],
])("a policy with groups: %s", (_name, by, enough) => {
  const policy = parsePolicy(POLICY);
  const text = checkpointText({ origin: log.verifier.name, size: 1, root });
  const names = cosignedBy(
    { text, signatures: by.map(({ verifier, secret }) => cosign(text, verifier, secret, 1)) },
    policy,
  );
  expect(policy.isQuorum(names)).toBe(enough);
});

test.each([
  ["", "the line quorum is missing"],
  ["quorum none\nquorum none", "line 2: there must be exactly one line quorum, with one name"],
  ["quorum X", "line 1: X is not defined in a line above"],
  [`witness none ${x1.verifier.text}\nquorum none`, "line 1: the name none is used already"],
  [
    `witness A ${x1.verifier.text}\nwitness B ${x1.verifier.text}\nquorum none`,
    "line 2: the key w/x1 is given twice",
  ],
  [
    `witness A ${log.verifier.text}\nquorum none`,
    "line 1: the key example.com/history/1 has the wrong type: a log needs type 1, a witness type 4",
  ],
  [`witness A ${x1.verifier.text}\ngroup g 2 A\nquorum g`, "line 2: 2 is not a number from 1 to 1"],
  ["trust me", "line 1: trust is not allowed; a line begins with log, witness, group or quorum"],
])("the policy %j is refused", (text, message) => expect(() => parsePolicy(text)).toThrow(message));

test("keys of OpenSSL are read", () => {
  const pem = `-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n`;
  expect(verifierKey("n", LOG_KEY, createPublicKey(createPrivateKey(pem))).text).toMatch(
    /^n\+[0-9a-f]{8}\+AR/,
  );
});
