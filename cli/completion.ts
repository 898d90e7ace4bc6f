import type { Command, Option } from "commander";

/** Shells that {@link completionScript} knows. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/**
 * What may stand where a command line is still being written.
 *
 * @param words those after the program's name, the last of them the one that is begun, maybe empty
 * @returns whole words; none where a file, a name or a number is wanted
 */
export function completions(program: Command, words: readonly string[]): string[] {
  const begun = words.at(-1) ?? "";
  const [command, open] = commandIn(program, words.slice(0, -1));
  return wordsOf(command, open, begun).filter((word) => word.startsWith(begun));
}

function wordsOf(command: Command, open: Option | undefined, begun: string): string[] {
  if (open) return [...(open.argChoices ?? [])];
  if (begun.startsWith("-"))
    return optionsOf(command)
      .flatMap(({ long, short }) => long ?? short ?? [])
      .concat("--help");
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  const commands = command.createHelp().visibleCommands(command);
  return [...commands.map((each) => each.name()).filter((name) => name !== "help"), ...choices];
}

/** The command that words have come to, and an option of it that still wants its value. */
function commandIn(program: Command, words: readonly string[]): [Command, Option | undefined] {
  let command = program;
  let open: Option | undefined;
  for (const word of words) {
    if (open) {
      open = undefined;
      continue;
    }
    const option = optionsOf(command).find(({ long, short }) => word === long || word === short);
    if (option) open = option.required || option.optional ? option : undefined;
    else command = command.commands.find((each) => each.name() === word) ?? command;
  }
  return [command, open];
}

/** Its own options, and those of the commands that it is below. */
function optionsOf(command: Command): Option[] {
  const above = command.parent ? optionsOf(command.parent) : [];
  return [...command.options.filter(({ hidden }) => !hidden), ...above];
}

/** What the shell runs to ask for words: the program of PATH, or that of the directory's packages. */
const ask = `if command -v pulumi-cos >/dev/null; then pulumi-cos complete "$@"; else npx --no -- pulumi-cos complete "$@"; fi`;

const bash = `_pulumi_cos_ask() { ${ask}; }
_pulumi_cos() {
  local IFS=$'\\n'
  COMPREPLY=($(_pulumi_cos_ask -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _pulumi_cos pulumi-cos`;

const scripts: Record<Shell, string> = {
  bash,
  zsh: `autoload -U +X compinit bashcompinit && compinit -u && bashcompinit\n${bash}`,
  fish: `function _pulumi_cos_ask
  set -l words (commandline -opc)[2..-1] (commandline -ct)
  if command -q pulumi-cos
    pulumi-cos complete -- $words
  else
    npx --no -- pulumi-cos complete -- $words
  end
end
complete -c pulumi-cos -f -a "(_pulumi_cos_ask 2>/dev/null)"`,
};

/** The script by which a shell completes the command lines of `pulumi-cos`. */
export const completionScript = (shell: Shell): string => scripts[shell];
