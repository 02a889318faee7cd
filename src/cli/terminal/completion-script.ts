import type { Command } from "commander";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

interface Word {
  readonly word: string;
  readonly meaning: string;
}

/** The words that may follow a command, with its path from the program (empty for the program itself). */
export interface Place {
  readonly path: string;
  readonly words: readonly Word[];
}

/** All commands with the words that may follow. */
export function treeOf(command: Command, path = ""): readonly Place[] {
  const below = command.commands.map((sub) => ({ word: sub.name(), meaning: sub.description() }));
  const choices = command.registeredArguments.flatMap(({ argChoices = [] }) =>
    argChoices.map((word) => ({ word, meaning: "" })),
  );
  const options = [...command.options, command.createOption("-h, --help", "what it does")].map(
    ({ long, short, description }) => ({
      word: long ?? short ?? "",
      meaning: description,
    }),
  );
  const deeper = command.commands.flatMap((sub) => treeOf(sub, `${path} ${sub.name()}`.trim()));
  return [{ path, words: [...below, ...choices, ...options] }, ...deeper];
}

/** A script with all words, so completion does not start this program. */
export function completionScript(shell: Shell, places: readonly Place[]): string {
  return { bash, zsh, fish }[shell](places);
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const pathsOf = (places: readonly Place[]): string =>
  places
    .filter(({ path }) => path !== "")
    .map(({ path }) => quoted(path))
    .join("|");

const bash = (places: readonly Place[]): string => `# bash completion for dingtalk-scim
_dingtalk_scim() {
  local cur=\${COMP_WORDS[COMP_CWORD]} path='' next word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next=\${path:+$path }$word
    case $next in
      ${pathsOf(places)}) path=$next ;;
    esac
  done
  case $path in
${places.map(({ path, words }) => `    ${quoted(path)}) COMPREPLY=($(compgen -W ${quoted(words.map(({ word }) => word).join(" "))} -- "$cur")) ;;`).join("\n")}
  esac
}
complete -o default -F _dingtalk_scim dingtalk-scim`;

/** `_describe` reads a colon as the end of the word. */
const described = ({ word, meaning }: Word): string =>
  quoted(`${word.replaceAll(":", "\\:")}${meaning === "" ? "" : `:${meaning}`}`);

const zsh = (places: readonly Place[]): string => `#compdef dingtalk-scim
_dingtalk_scim() {
  local path_='' next word
  local -a offers
  for word in "\${(@)words[2,CURRENT-1]}"; do
    next=\${path_:+$path_ }$word
    case $next in
      (${pathsOf(places)}) path_=$next ;;
    esac
  done
  case $path_ in
${places.map(({ path, words }) => `    (${quoted(path)}) offers=(${words.map(described).join(" ")}) ;;`).join("\n")}
  esac
  _describe 'dingtalk-scim' offers || _files
}
if [ "$funcstack[1]" = "_dingtalk_scim" ]; then
  _dingtalk_scim "$@"
else
  compdef _dingtalk_scim dingtalk-scim
fi`;

/** In fish only the quote and the backslash are special inside quotes. */
const inFish = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

const fish = (places: readonly Place[]): string => `# fish completion for dingtalk-scim
function __dingtalk_scim_at
    set -l path ''
    for word in (commandline -opc)[2..-1]
        set -l next (string trim -- "$path $word")
        if contains -- "$next" ${places
          .filter(({ path }) => path !== "")
          .map(({ path }) => inFish(path))
          .join(" ")}
            set path $next
        end
    end
    test "$path" = "$argv[1]"
end
${places.flatMap(({ path, words }) => words.map((word) => fishLine(path, word))).join("\n")}`;

function fishLine(path: string, { word, meaning }: Word): string {
  const offer = word.startsWith("--")
    ? `-l ${word.slice(2)}`
    : word.startsWith("-")
      ? `-s ${word.slice(1)}`
      : `-f -a ${word}`;
  return `complete -c dingtalk-scim -n "__dingtalk_scim_at ${inFish(path)}" ${offer}${meaning === "" ? "" : ` -d ${inFish(meaning)}`}`;
}
