const codes = { red: 31, yellow: 33, green: 32, bold: 1 };

/** Where a command writes to. */
export interface Terminal {
  /** Writes a line, or several, of what was asked for. */
  print(text: string): void;
  /** Writes a line of progress or of explanation, beside what was asked for. */
  note(text: string): void;
  /** Colours text where the output is a terminal. */
  paint(color: keyof typeof codes, text: string): string;
}

/** The terminal of this process. Colours only where there is one, and https://no-color.org does not ask otherwise. */
export function processTerminal(env: NodeJS.ProcessEnv = process.env): Terminal {
  const colored = process.stdout.isTTY && !env.NO_COLOR && env.TERM !== "dumb";
  return {
    print: (text) => {
      process.stdout.write(`${text}\n`);
    },
    note: (text) => {
      process.stderr.write(`${text}\n`);
    },
    paint: (color, text) => (colored ? `\x1b[${codes[color]}m${text}\x1b[0m` : text),
  };
}
