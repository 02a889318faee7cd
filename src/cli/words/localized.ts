import type { EventEmitter } from "node:events";
import { type Argument, type Command, Help, type Option } from "commander";
import { spokenLanguage, t, tLike } from "./translate.ts";

/**
 * The program with its help in the user's language. Values, names of commands and examples stay unchanged.
 */
export function localized(program: Command): Command {
  if (spokenLanguage() !== "en") each(program);
  return program;
}

function each(command: Command): void {
  command.description(t(command.description()));
  for (const option of command.options) option.description = t(option.description);
  for (const argument of command.registeredArguments) argument.description = t(argument.description);
  command.helpOption("-h, --help", t("display help for command"));
  if (command.commands.length > 0) command.helpCommand("help [command]", t("display help for command"));
  command.showHelpAfterError(t("(see --help)"));
  command.configureHelp({
    styleTitle: t,
    optionDescription(this: Help, option: Option) {
      return extras(Help.prototype.optionDescription.call(this, option));
    },
    argumentDescription(this: Help, argument: Argument) {
      return extras(Help.prototype.argumentDescription.call(this, argument));
    },
  });
  command.configureOutput({
    outputError: (text, write) =>
      write(
        text
          .split("\n")
          .map((line) => tLike(line))
          .join("\n"),
      ),
  });
  translateAfterHelp(command);
  for (const sub of command.commands) each(sub);
}

/** Texts of the commander library. */
const extras = (text: string): string =>
  text.replace(
    / \((choices|default): (.*)\)$/,
    (_whole, word: string, values: string) =>
      `（${t(word)}：${values.replace(/, default: /, `；${t("default")}：`)}）`,
  );

interface HelpContext {
  readonly write: (text: string) => void;
}

/** Texts below the options, paragraph by paragraph. */
function translateAfterHelp(command: Command): void {
  // The type does not show that a command emits events.
  const emitter = command as unknown as EventEmitter;
  const listeners = emitter.listeners("afterHelp") as ((context: HelpContext) => void)[];
  emitter.removeAllListeners("afterHelp");
  for (const listener of listeners)
    emitter.on("afterHelp", (context: HelpContext) =>
      listener({ ...context, write: (text) => context.write(paragraphs(text)) }),
    );
}

const paragraphs = (text: string): string => text.split("\n\n").map(paragraph).join("\n\n");

function paragraph(text: string): string {
  const [, before = "", body = "", after = ""] = /^(\n*)([\s\S]*?)(\n*)$/.exec(text) ?? [];
  const [, heading, examples] = /^(Examples?:)\n([\s\S]*)$/.exec(body) ?? [];
  return `${before}${heading === undefined ? t(body) : `${t(heading)}\n${examples}`}${after}`;
}
