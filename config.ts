import { z } from "zod";
import { type CosArgs, cosErrors } from "./components/cos/args";
import type { JobVariable } from "./components/nomad-jobs/args";
import { without } from "./components/without";
import { consulPorts, nomadPorts } from "./components/ports";
import type { PropertyError } from "./components/checks";
import { cosKeys } from "./cos-config";

/** The configuration's namespace, which is the project's name in Pulumi.yaml. */
const prefix = "cos:";

const url = z.url({ protocol: /^https?$/, error: 'must be a URL such as "http://127.0.0.1:8500"' });
const pem = z.string().startsWith("-----BEGIN CERTIFICATE-----", { error: "must be certificates as PEM" });
const name = z.string().min(1, { error: "must not be empty" });
const servers = z.int({ error: "must be a whole number" }).min(1, { error: "must be at least 1" });
const port = z
  .int({ error: "must be a port, 1 to 65535" })
  .min(1, { error: "must be a port, 1 to 65535" })
  .max(65535, { error: "must be a port, 1 to 65535" });

const jobVariable: z.ZodType<JobVariable> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.array(jobVariable), z.record(z.string(), jobVariable)], {
    error: "must be a string, number, boolean, list or map",
  }),
);

const existing = z.strictObject({
  consulAddress: url,
  nomadAddress: url,
  caPem: pem.optional(),
  tokens: z.strictObject({ consul: name.optional(), nomad: name.optional() }).optional(),
  consulServers: servers.default(1),
  nomadServers: servers.default(1),
  nodePools: z.array(name).default(["default"]),
});

const job = z.strictObject({
  file: name,
  name: name.optional(),
  variables: z.record(z.string(), jobVariable).optional(),
});

const local = z.strictObject({
  security: z.boolean().default(false),
  ports: z
    .strictObject({
      consulHttp: port.default(consulPorts.http),
      consulDns: port.default(consulPorts.dns),
      consulGrpc: port.default(consulPorts.grpc),
      consulServer: port.default(consulPorts.server),
      consulSerf: port.default(consulPorts.serfLan),
      nomadRpc: port.default(nomadPorts.rpc),
      nomadSerf: port.default(nomadPorts.serf),
    })
    .prefault({}),
});

const target = z.enum(["aws", "existing"], { error: 'must be "aws" or "existing"' });
const jobs = z.array(job).default([]);

/** The keys that a stack of each target may have. */
const schemas = {
  aws: z.strictObject({ target, ...cosKeys, jobs }),
  existing: z.strictObject({ target, existing, jobs, local: local.prefault({}) }),
};

/** A stack's configuration for a cluster that is there already, checked and with its defaults. */
export type ExistingConfig = Omit<z.infer<typeof schemas.existing>, "target"> & { target: "existing" };

/** A stack's configuration for a cluster on AWS, checked. */
export interface AwsConfig {
  target: "aws";
  cos: CosArgs;
  jobs: z.infer<typeof jobs>;
}

/** A stack's configuration. Pulumi.yaml describes every key. */
export type Config = AwsConfig | ExistingConfig;

/** What is wrong with a stack's configuration: every error, each with its key. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(readonly errors: string[]) {
    const count = errors.length === 1 ? "1 error" : `${errors.length} errors`;
    super(`${count} in the stack's configuration:\n${errors.map((error) => `  ${error}`).join("\n")}`);
  }
}

/**
 * Checks the `cos:` keys of a stack's configuration and fills in the defaults.
 *
 * @param values all keys of the stack, with their values as in the stack's YAML file
 * @param isSecret tells of which keys no value may be shown
 * @throws ConfigError
 */
export function parseConfig(values: Record<string, unknown>, isSecret: (key: string) => boolean = () => false): Config {
  const own = Object.fromEntries(
    Object.entries(values)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
  return own.target === "aws" ? parseAws(own, isSecret) : parseExisting(own, isSecret);
}

function parseExisting(own: Record<string, unknown>, isSecret: (key: string) => boolean): ExistingConfig {
  const { data, error } = schemas.existing.safeParse(own);
  if (error) throw new ConfigError(error.issues.flatMap((issue) => describe(issue, schemas.existing, own, isSecret)));
  return { ...data, target: "existing" };
}

function parseAws(own: Record<string, unknown>, isSecret: (key: string) => boolean): AwsConfig {
  const { data, error } = schemas.aws.safeParse(own);
  if (error) {
    const errors = error.issues.flatMap((issue) => describe(issue, schemas.aws, own, isSecret));
    throw new ConfigError([...errors, ...furtherErrors(own, error.issues, isSecret)]);
  }
  const { jobs: list, ...cos } = without(data, "target");
  const errors = cosErrors(cos);
  if (errors.length > 0) throw new ConfigError(errors.map((each) => describeArgument(each, isSecret)));
  return { target: "aws", cos, jobs: list };
}

/**
 * What else is wrong where values are not even of the right kind: the parts that are, checked by their meaning. It is worth a
 * try: what stumbles over the others is not said until those are mended.
 */
function furtherErrors(
  own: Record<string, unknown>,
  issues: z.core.$ZodIssue[],
  isSecret: (key: string) => boolean,
): string[] {
  const malformed = new Set(issues.map(({ path }) => String(path[0])));
  const sound = Object.fromEntries(Object.entries(own).filter(([key]) => !malformed.has(key) && key in cosKeys));
  const parsed = schemas.aws.safeParse({ target: "aws", apiAccess: { allowedCidrs: ["192.0.2.0/24"] }, ...sound });
  if (!parsed.success) return [];
  return cosErrors(parsed.data)
    .filter(({ propertyPath }) => !malformed.has(propertyPath.split(/[.[]/)[0] ?? ""))
    .map((each) => describeArgument(each, isSecret));
}

function describeArgument({ propertyPath, reason }: PropertyError, isSecret: (key: string) => boolean): string {
  const hidden = isSecret(prefix + (propertyPath.split(/[.[]/)[0] ?? ""));
  return `${prefix}${propertyPath}: ${hidden ? "is wrong; its value is a secret, and not shown" : reason}`;
}

function describe(
  issue: z.core.$ZodIssue,
  schema: z.core.$ZodType,
  values: unknown,
  isSecret: (key: string) => boolean,
): string[] {
  const got = valueAt(values, issue.path);
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, issue.path).join(", ");
    return issue.keys.map((key) => `${keyName([...issue.path, key])}: unknown key; known here: ${known}`);
  }
  const wanted = issue.message
    .replace(/^Invalid input: expected (.*?)(, received .*)?$/, "must be $1")
    .replace(/^must be (object|record)$/, "must be a map")
    .replace(/^must be array$/, "must be a list");
  if (got === undefined) return [`${keyName(issue.path)}: is missing, ${wanted}`];
  // The values of a job's variables may be secrets, and a list or map in the wrong place may hold them.
  const hidden = issue.path.includes("variables") || isSecret(prefix + String(issue.path[0]));
  if (hidden) return [`${keyName(issue.path)}: ${wanted}`];
  const shown = Array.isArray(got) ? "a list" : typeof got === "object" && got !== null ? "a map" : JSON.stringify(got);
  return [`${keyName(issue.path)}: ${wanted}, got ${shown}`];
}

function keyName(path: PropertyKey[]): string {
  return (
    prefix +
    path.map((part, i) => (typeof part === "number" ? `[${part}]` : (i > 0 ? "." : "") + String(part))).join("")
  );
}

function valueAt(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part], value);
}

function keysAt(at: z.core.$ZodType, path: PropertyKey[]): string[] {
  let inner = at;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault) {
    inner = inner.unwrap();
  }
  const [part, ...rest] = path;
  if (inner instanceof z.ZodArray) return keysAt(inner.element, rest);
  if (!(inner instanceof z.ZodObject)) return [];
  return part === undefined ? Object.keys(inner.shape) : keysAt(inner.shape[part as string] as z.core.$ZodType, rest);
}
