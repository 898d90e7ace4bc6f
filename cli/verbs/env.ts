import { createHash } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory } from "../../programs/cache";
import { loginToNomad } from "../../apis/nomad";
import { type Context, exitCodes } from "../context";
import { messageOf } from "../errors";
import { quote } from "../shell";
import { forwarded } from "./forward";

const variables = [
  ...["CONSUL_HTTP_ADDR", "CONSUL_CACERT", "CONSUL_HTTP_TOKEN"],
  ...["NOMAD_ADDR", "NOMAD_CACERT", "NOMAD_TOKEN", "NOMAD_REGION"],
];

export interface EnvOptions {
  /** With the addresses that the APIs have while they are forwarded to this machine. */
  forwarded?: boolean;
  /** Print what removes the variables again. */
  unset?: boolean;
  json?: boolean;
}

/**
 * Prints, for the shell's `eval`, the environment that the nomad and consul CLIs need: where there are ACLs, with tokens of an operator, Nomad's for a day.
 *
 * @returns an exit code: not well where Nomad gives no token
 */
export async function env(context: Context, options: EnvOptions): Promise<number> {
  if (options.unset) {
    context.terminal.print(`unset ${variables.join(" ")}`);
    return exitCodes.ok;
  }
  const { consulAddress, nomadAddress, caPem, access, cluster } = await context.outputs();
  const addressOf = (url: string) => (options.forwarded ? forwarded(url) : url);
  const authorities = caPem && (await fileOf(caPem, context.env));
  // Of a cluster that is there already, tokens are the user's own.
  const isOwn = cluster === undefined;
  let exitCode: number = exitCodes.ok;
  const nomadToken =
    access &&
    (await loginToNomad(addressOf(nomadAddress), access.operator.nomadLogin, { ca: caPem }).catch((error: unknown) => {
      context.terminal.note(`There is no token of Nomad: ${messageOf(error)}`);
      exitCode = exitCodes.notWell;
      return undefined;
    }));
  const values: Record<string, string> = {
    CONSUL_HTTP_ADDR: addressOf(consulAddress),
    ...(authorities && { CONSUL_CACERT: authorities }),
    ...(access && { CONSUL_HTTP_TOKEN: access.operator.consulToken }),
    NOMAD_ADDR: addressOf(nomadAddress),
    ...(authorities && { NOMAD_CACERT: authorities }),
    ...(nomadToken !== undefined && { NOMAD_TOKEN: nomadToken }),
    ...(cluster && { NOMAD_REGION: cluster.nomad.region }),
  };
  if (options.json) {
    context.terminal.print(JSON.stringify(values, undefined, 2));
    return exitCode;
  }
  for (const [name, value] of Object.entries(values)) context.terminal.print(`export ${name}=${quote(value)}`);
  // What is left over from another cluster would be used here.
  const others = variables.filter((name) => values[name] === undefined && !(isToken(name) && isOwn));
  if (others.length > 0) context.terminal.print(`unset ${others.join(" ")}`);
  return exitCode;
}

const isToken = (name: string) => name.endsWith("_TOKEN");

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
