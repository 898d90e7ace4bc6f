import { createRequire } from "node:module";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { messageOf } from "../errors";
import { documentsOf } from "./documents";
import { inventoryOfResources } from "./inventory";
import { lenient, mockFunctions, mockOutputs } from "./mock-cloud";
import { MockEngine } from "./mock-engine";
import type { Rendered, RenderRequest } from "./rendering";

/**
 * Runs a Pulumi program with nothing behind it, and hands over what it asks for, to the process that has forked this one: a program
 * runs once in a process, in its own directory, and with what is installed there.
 */
process.once("message", (request: RenderRequest) => {
  void render(request)
    .catch((error: unknown): Rendered => ({ error: messageOf(error) }))
    .then((rendered) => {
      process.send?.(rendered, () => {
        process.disconnect();
      });
    });
});

async function render({ stack, config, region }: RenderRequest): Promise<Rendered> {
  const project = parse(readFileSync("Pulumi.yaml", "utf8")) as Project;
  const engine = await MockEngine.start(mockOutputs, false, lenient(mockFunctions), { project: project.name, stack });
  const values = { ...defaultsOf(project), ...configurationIn(config) };
  const secrets = Object.keys(values).filter((key) => isSecret(values[key]));
  pulumi.runtime.setAllConfig(
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, textOf(value)])),
    secrets,
  );
  process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(secrets);
  // Pulumi notes the stack of every promise that it makes, which would take most of the time.
  Error.stackTraceLimit = 0;
  await engine.run(() => load(resolve(project.main ?? packageJson().main ?? ".")));
  const where = values["aws:region"] ?? region;
  return {
    documents: documentsOf(engine.registered),
    ...(typeof where === "string" && { inventory: inventoryOfResources(engine.registered, where) }),
  };
}

interface Project {
  name: string;
  main?: string;
  config?: Record<string, unknown>;
}

/** A key as the engine hands it over: in the project's namespace where it says none. */
const keyOf = ({ name }: Project, key: string) => (key.includes(":") ? key : `${name}:${key}`);

/** The defaults of the project's configuration. */
function defaultsOf(project: Project): Record<string, unknown> {
  const found = Object.entries(project.config ?? {}).flatMap(([key, schema]) => {
    const { default: value, value: fixed } = (schema ?? {}) as { default?: unknown; value?: unknown };
    const given = fixed ?? value;
    return given === undefined ? [] : [[keyOf(project, key), given]];
  });
  return Object.fromEntries(found) as Record<string, unknown>;
}

function configurationIn(file: string): Record<string, unknown> {
  if (!existsSync(file)) return {};
  return ((parse(readFileSync(file, "utf8")) ?? {}) as { config?: Record<string, unknown> }).config ?? {};
}

/** A value of the configuration that is encrypted, which this process cannot read. */
const isSecret = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  (("secure" in value && Object.keys(value).length === 1) || Object.values(value).some(isSecret));

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && "secure" in inner ? "secret" : inner,
  );
}

/** What the project's package says of its program. */
function packageJson(): { main?: string; type?: string } {
  return existsSync("package.json") ? (JSON.parse(readFileSync("package.json", "utf8")) as object) : {};
}

/** Loads the program as Pulumi does: CommonJS or an ES module, in TypeScript by the tsx that it has. */
async function load(main: string): Promise<void> {
  const require = createRequire(join(process.cwd(), "index.js"));
  const file = fileOf(main);
  if (file.endsWith(".ts")) require("tsx/cjs");
  const isModule = file.endsWith(".mjs") || packageJson().type === "module";
  const loaded: unknown = isModule ? await import(pathToFileURL(file).href) : require(file);
  // What a program exports may be a function, which Pulumi calls.
  const exported = typeof loaded === "object" && loaded !== null && "default" in loaded ? loaded.default : loaded;
  if (typeof exported === "function") await (exported as () => unknown)();
}

function fileOf(main: string): string {
  const found = [main, ...["js", "mjs", "ts"].flatMap((type) => [`${main}.${type}`, join(main, `index.${type}`)])].find(
    (path) => /\.(c|m)?(j|t)s$/.test(path) && existsSync(path),
  );
  if (found === undefined) throw new Error(`There is no program ${main}.`);
  return found;
}
