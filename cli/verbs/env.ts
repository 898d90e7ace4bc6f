import { type Context, exitCodes } from "../context";

const variables = ["CONSUL_HTTP_ADDR", "NOMAD_ADDR", "NOMAD_REGION"] as const;

export interface EnvOptions {
  /** Print what removes the variables again. */
  unset?: boolean;
  json?: boolean;
}

/** Prints, for the shell's `eval`, the environment that the nomad and consul CLIs need. */
export async function env(context: Context, options: EnvOptions): Promise<number> {
  if (options.unset) {
    context.terminal.print(`unset ${variables.join(" ")}`);
    return exitCodes.ok;
  }
  const { consulAddress, nomadAddress, cluster } = await context.outputs();
  const values = {
    CONSUL_HTTP_ADDR: consulAddress,
    NOMAD_ADDR: nomadAddress,
    ...(cluster && { NOMAD_REGION: cluster.nomad.region }),
  };
  if (options.json) {
    context.terminal.print(JSON.stringify(values, undefined, 2));
    return exitCodes.ok;
  }
  for (const [name, value] of Object.entries(values)) context.terminal.print(`export ${name}=${quote(value)}`);
  // A region left over from another cluster would be asked for here.
  if (!cluster) context.terminal.print("unset NOMAD_REGION");
  return exitCodes.ok;
}

/** A word of a POSIX shell that stands for the text, whatever is in it. */
export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
