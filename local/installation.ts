import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { UserError } from "../cli/errors";
import { ConfigError, type ExistingConfig, parseConfig } from "../config";
import { catalog } from "../programs/catalog";
import { ProcessTable } from "./processes";
import { readSecurity, type Security } from "./security";
import { writeWhole } from "./write-whole";

/** Version of the layout of the data directory. */
const layout = 1;

export { UserError };

/** One COS on this machine: its configuration, and its directory with all it keeps. */
export interface Installation {
  /** The repository. */
  root: string;
  /** The directory that holds all that the local run writes, `.cos/` unless said otherwise. */
  directory: string;
  /** The stack's configuration file. */
  configFile: string;
  config: ExistingConfig;
  consulAddress: URL;
  nomadAddress: URL;
  processes: ProcessTable;
  /** What keeps others out, where that is wanted (`cos:local.security`) and there after the first start. */
  security: () => Security | undefined;
}

/** Where a command looks; relative paths are taken from the current directory. */
export interface InstallationOptions {
  config: string;
  directory: string;
}

/**
 * Opens an installation with the configuration as it is in the file now, or as it was last applied: what has been started
 * can be stopped whatever has become of the file since. Writes nothing.
 *
 * @throws ConfigError with every error found
 */
export function openInstallation(options: InstallationOptions, which: "current" | "last applied"): Installation {
  const root = dirname(__dirname);
  const configFile = resolve(options.config);
  const directory = resolve(options.directory);
  const applied = appliedConfigFile(directory);
  const config =
    which === "last applied" && existsSync(applied)
      ? (JSON.parse(readFileSync(applied, "utf8")) as ExistingConfig)
      : readConfig(configFile, root);
  return {
    root,
    directory,
    configFile,
    config,
    consulAddress: new URL(config.existing.consulAddress),
    nomadAddress: new URL(config.existing.nomadAddress),
    processes: new ProcessTable(join(directory, "run")),
    security: () => (config.local.security ? readSecurity(directory) : undefined),
  };
}

const appliedConfigFile = (directory: string) => join(directory, "run", "config.json");

function readConfig(file: string, root: string): ExistingConfig {
  if (!existsSync(file)) throw new UserError(`There is no configuration file ${file}.`);
  const values = readYaml(file)?.config ?? {};
  const errors: string[] = [];
  let config: ExistingConfig | undefined;
  try {
    const parsed = parseConfig(values);
    if (parsed.target === "existing") config = parsed;
    else errors.push('cos:target: must be "existing" for `npm start`, got "aws"');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    errors.push(...error.errors);
  }
  const jobs = values["cos:jobs"];
  (Array.isArray(jobs) ? (jobs as unknown[]) : []).forEach((job, i) => {
    const path = (job as { file?: unknown } | null)?.file;
    if (typeof path === "string" && path !== "" && !existsSync(resolve(root, path))) {
      errors.push(`cos:jobs[${i}].file: there is no file "${path}" in ${root}`);
    }
  });
  if (config) errors.push(...addressErrors(config), ...portErrors(config));
  if (config === undefined || errors.length > 0) throw new ConfigError(errors);
  return config;
}

function readYaml(file: string): { config?: Record<string, unknown> } | null {
  try {
    return parse(readFileSync(file, "utf8"), hideSecrets) as { config?: Record<string, unknown> } | null;
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new UserError(`${file} is no YAML: ${error.message}`);
  }
}

/** The local run starts the agents that the addresses name, so these must be this machine's. */
function addressErrors({ existing, local }: ExistingConfig): string[] {
  const scheme = local.security ? "https" : "http";
  const which = `for \`npm start\`${local.security ? " with cos:local.security" : ""}`;
  return (["consulAddress", "nomadAddress"] as const).flatMap((key) => {
    const { hostname, protocol } = new URL(existing[key]);
    return hostname === "127.0.0.1" && protocol === `${scheme}:`
      ? []
      : [`cos:existing.${key}: must be ${scheme}://127.0.0.1:PORT ${which}, got "${existing[key]}"`];
  });
}

function portErrors(config: ExistingConfig): string[] {
  const ports = Object.entries({
    "cos:existing.consulAddress": portOf(new URL(config.existing.consulAddress)),
    "cos:existing.nomadAddress": portOf(new URL(config.existing.nomadAddress)),
    ...Object.fromEntries(ownPorts(config).map(([name, port]) => [`cos:local.ports.${name}`, port])),
  });
  return ports.flatMap(([key, port], i) => {
    const first = ports.slice(0, i).find(([, other]) => other === port);
    return first ? [`${key}: must be another port than that of ${first[0]}, got ${port} for both`] : [];
  });
}

/** Ports of the agents beside those of the addresses. */
function ownPorts({ local: { ports, security } }: ExistingConfig): [string, number][] {
  // Without TLS, Consul's API has one port.
  return Object.entries(ports).filter(([name]) => security || name !== "consulHttp");
}

/** A secret of a stack's file is known to the engine only. */
function hideSecrets(_key: unknown, value: unknown): unknown {
  return typeof value === "object" && value !== null && "secure" in value ? "[secret]" : value;
}

/** The port of an agent's HTTP API. */
export function portOf(address: URL): number {
  return Number(address.port || (address.protocol === "https:" ? "443" : "80"));
}

/** Makes the directory, or checks that what is in it can be used by the programs of this checkout. */
export function prepareDirectory(installation: Installation): void {
  for (const part of ["run", "logs", "agents", "pulumi"])
    mkdirSync(join(installation.directory, part), { recursive: true });
  const file = join(installation.directory, "data.json");
  const wanted = { layout, consul: catalog.consul.version, nomad: catalog.nomad.version };
  if (existsSync(file)) {
    const found = JSON.parse(readFileSync(file, "utf8")) as typeof wanted;
    const errors =
      found.layout === layout
        ? (["consul", "nomad"] as const)
            .filter((name) => compareVersions(found[name], wanted[name]) > 0)
            .map(
              (name) =>
                `${name} ${found[name]} wrote it, and ${name} ${wanted[name]} of this checkout is older and may not read it`,
            )
        : [`its layout is version ${found.layout}, this checkout knows version ${layout}`];
    if (errors.length > 0) {
      throw new UserError(
        `The data in ${installation.directory} is of another version: ${errors.join("; ")}.\n` +
          "Check out the version that wrote it, or let `npm run destroy` remove it.",
      );
    }
  }
  writeWhole(file, JSON.stringify(wanted));
  writeWhole(appliedConfigFile(installation.directory), JSON.stringify(installation.config));
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
