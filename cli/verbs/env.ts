import { createHash } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory } from "../../tools/cache";
import { type Context, exitCodes } from "../context";
import { quote } from "../shell";
import { forwarded } from "./forward";

const variables = ["CONSUL_HTTP_ADDR", "CONSUL_CACERT", "NOMAD_ADDR", "NOMAD_CACERT", "NOMAD_REGION"] as const;

export interface EnvOptions {
  /** With the addresses that the APIs have while they are forwarded to this machine. */
  forwarded?: boolean;
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
  const { consulAddress, nomadAddress, caPem, cluster } = await context.outputs();
  const addressOf = (url: string) => (options.forwarded ? forwarded(url) : url);
  const authorities = caPem && (await fileOf(caPem, context.env));
  const values: Partial<Record<(typeof variables)[number], string>> = {
    CONSUL_HTTP_ADDR: addressOf(consulAddress),
    ...(authorities && { CONSUL_CACERT: authorities }),
    NOMAD_ADDR: addressOf(nomadAddress),
    ...(authorities && { NOMAD_CACERT: authorities }),
    ...(cluster && { NOMAD_REGION: cluster.nomad.region }),
  };
  if (options.json) {
    context.terminal.print(JSON.stringify(values, undefined, 2));
    return exitCodes.ok;
  }
  for (const [name, value] of Object.entries(values)) context.terminal.print(`export ${name}=${quote(value)}`);
  // What is left over from another cluster would be used here.
  const others = variables.filter((name) => values[name] === undefined);
  if (others.length > 0) context.terminal.print(`unset ${others.join(" ")}`);
  return exitCodes.ok;
}

/** A file in the user's cache with these certificates, which are no secrets: the CLIs read them from files alone. */
async function fileOf(pem: string, env: NodeJS.ProcessEnv): Promise<string> {
  const directory = join(cacheDirectory(env), "authorities");
  const file = join(directory, `${createHash("sha256").update(pem).digest("hex").slice(0, 16)}.pem`);
  await mkdir(directory, { recursive: true });
  // Another shell may be reading it.
  const whole = `${file}.${process.pid}`;
  await writeFile(whole, pem);
  await rename(whole, file);
  return file;
}
