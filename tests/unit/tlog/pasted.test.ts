import { createPrivateKey } from "node:crypto";
import { htmlOf } from "../../../src/alerts/forms/html.ts";
import { markdownOf } from "../../../src/alerts/forms/markdown.ts";
import { payloadOf } from "../../../src/alerts/forms/payload.ts";
import { textOf } from "../../../src/alerts/forms/text.ts";
import { messageOf } from "../../../src/alerts/messages/message.ts";
import { wordsIn } from "../../../src/alerts/words/languages.ts";
import { logKey, newSecret } from "../../../src/keys/log-key.ts";
import { checkpointText } from "../../../src/tlog/checkpoint.ts";
import { formatNote, isSignedBy, signText } from "../../../src/tlog/note.ts";
import { pastedCheckpoints } from "../../../src/tlog/pasted.ts";
import { LANGUAGES } from "../../../src/words/languages.ts";

const origin = "scim.example.com/history/0123456789abcdef";
const [one, other] = [
  logKey(origin, createPrivateKey(newSecret())),
  logKey(origin, createPrivateKey(newSecret())),
];
const text = checkpointText({ origin, size: 12_345, root: Buffer.alloc(32, 7) });
const checkpoint = formatNote({
  text,
  signatures: [one, other].map(({ verifier, secret }) => signText(text, verifier, secret)),
});
const at = new Date("2026-11-30T12:00:00Z");
const messageIn = (language: (typeof LANGUAGES)[number]) =>
  messageOf(
    {
      id: "i",
      kind: "checkpoint",
      code: "checkpoint",
      class: "B",
      count: 12_345,
      detail: { checkpoint },
      openedAt: at,
      closedAt: at,
    },
    { occasion: "checkpoint", at, words: wordsIn(language), publicUrl: "https://scim.example.com/below" },
  );

describe.each(LANGUAGES)("a checkpoint is found, whole, in what was sent in %s", (language) => {
  const message = messageIn(language);
  const shown = htmlOf(message).replace(/<[^>]+>/g, " ");
  test.each([
    ["as it is served", checkpoint],
    ["a mail as text", textOf(message)],
    ["a mail as text, with the line ends of mail", textOf(message).replaceAll("\n", "\r\n")],
    ["a mail that was quoted twice", textOf(message).replaceAll(/^/gm, "> > ")],
    ["the source of a mail as HTML", htmlOf(message)],
    ["what a mail as HTML shows, on one line", shown.replace(/\s+/g, " ")],
    ["a message of the robot", markdownOf(message).text],
    ["a message of the robot that asks for a word", markdownOf(message, "alarm").text],
    ["a message of the robot, copied on one line", markdownOf(message).text.replace(/\s+/g, " ")],
    ["spaces that do not break", textOf(message).replaceAll(" ", "\u00a0")],
    ["a message of the webhook", JSON.stringify(payloadOf(message))],
    ["the same, written in ASCII", JSON.stringify(payloadOf(message)).replaceAll("—", "\\u2014")],
  ])("%s", (_what, pasted) => {
    const [found, ...more] = pastedCheckpoints(pasted);
    expect([found?.text, more]).toEqual([checkpoint, []]);
    expect([one, other].map(({ verifier }) => isSignedBy(found!.note, verifier))).toEqual([true, true]);
  });
});

test("several messages in one file are several checkpoints, in their order", () => {
  const later = checkpointText({ origin, size: 20_000, root: Buffer.alloc(32, 8) });
  const second = formatNote({ text: later, signatures: [signText(later, one.verifier, one.secret)] });
  expect(pastedCheckpoints(`${textOf(messageIn("en"))}\n-- \n${second}`).map(({ size }) => size)).toEqual([
    12_345, 20_000,
  ]);
});

test.each([
  ["nothing", ""],
  ["words", "Keep this message."],
  ["one without a signature", checkpoint.slice(0, checkpoint.indexOf("—"))],
  ["one whose root was cut", checkpoint.replace(/\n[A-Za-z0-9+/]{43}=/, (root) => root.slice(0, 20))],
])("there is none in %s", (_what, pasted) => expect(pastedCheckpoints(pasted)).toEqual([]));

test("what was altered on the way is no checkpoint that anybody has signed", () => {
  const [found] = pastedCheckpoints(checkpoint.replace("12345", "12344"));
  expect(() => isSignedBy(found!.note, one.verifier)).toThrow("is not valid");
});
