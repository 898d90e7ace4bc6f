import type { Context } from "../../../cli/context";
import type { StackOutputs } from "../../../cli/outputs";

/** What a command has written. */
export interface Written {
  out: string;
  notes: string[];
}

/** A context for a command, with outputs as given and no colours, and what it writes. */
export function contextWith(
  outputs: StackOutputs,
  env: NodeJS.ProcessEnv = {},
): { context: Context; written: Written } {
  const written: Written = { out: "", notes: [] };
  return {
    written,
    context: {
      env,
      outputs: () => Promise.resolve(outputs),
      terminal: {
        print: (text) => {
          written.out += `${text}\n`;
        },
        note: (text) => {
          written.notes.push(text);
        },
        paint: (_, text) => text,
      },
    },
  };
}
