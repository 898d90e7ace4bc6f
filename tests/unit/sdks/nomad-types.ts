import { resolve } from "node:path";
import ts from "typescript";
import { type Fact, type Facts, type ProviderFacts, elementOf } from "./nomad-facts";

const root = resolve(__dirname, "../../..");
// Beside this file, so that "@pulumi/nomad" means what it means to the tests. It exists in memory only.
const checksPath = resolve(__dirname, "nomad-types.generated.ts");

/** What the type checks need to know of a type that the facts do not say. */
type AlwaysFilled = (type: string, property: string) => boolean;

/** A line of TypeScript that compiles when one thing holds, and that thing's name. */
interface Check {
  about: string;
  code: string;
}

/** The bindings as the compiler sees them. */
export class Bindings {
  private readonly options = ts.parseJsonConfigFileContent(
    ts.readConfigFile(resolve(root, "tsconfig.json"), (path) => ts.sys.readFile(path)).config,
    ts.sys,
    root,
  ).options;
  private program: ts.Program | undefined;

  /** What in the bindings differs from the facts, as `NAME: message of the compiler`; empty when they agree. */
  differences(facts: ProviderFacts, alwaysFilled: AlwaysFilled): string[] {
    const checks = [...resourceChecks(facts), ...typeChecks(facts, alwaysFilled)];
    const source = [
      `import type * as nomad from "@pulumi/nomad"; import type * as pulumi from "@pulumi/pulumi";`,
      `type Flat<T> = { [K in keyof T]: T[K] };`,
      `type Same<A, B> = (<T>() => T extends Flat<A> ? 1 : 2) extends <T>() => T extends Flat<B> ? 1 : 2 ? true : false;`,
      `type Expect<T extends true> = T;`,
      ...checks.map(({ code }, i) => `export type Check${i} = Expect<${code}>;`),
    ].join("\n");
    const preamble = 4;

    const program = this.compile(source);
    const file = program.getSourceFile(checksPath);
    return ts.getPreEmitDiagnostics(program, file).map(({ messageText, start }) => {
      const line = file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0;
      return `${checks[line - preamble]?.about ?? "?"}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    });
  }

  /** The description and the marks of a property, as an editor shows them. */
  documentation(type: string, property: string): string {
    const program = this.program ?? this.compile(`import type * as nomad from "@pulumi/nomad"; export type { nomad };`);
    const checker = program.getTypeChecker();
    const index = program.getSourceFile(resolve(root, "sdks/nomad/index.ts"));
    const module = index && checker.getSymbolAtLocation(index);
    const found = type.split(".").reduce<ts.Symbol | undefined>((scope, name) => {
      const exported = scope && checker.getExportsOfModule(scope).find((symbol) => symbol.name === name);
      return exported && exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    }, module);
    const member = found && checker.getDeclaredTypeOfSymbol(found).getProperty(property);
    return ts.displayPartsToString(member?.getDocumentationComment(checker));
  }

  private compile(source: string): ts.Program {
    const real = ts.createCompilerHost(this.options);
    const host: ts.CompilerHost = {
      ...real,
      fileExists: (path) => path === checksPath || real.fileExists(path),
      getSourceFile: (path, version, ...rest) =>
        path === checksPath
          ? ts.createSourceFile(path, source, version, true)
          : (this.program?.getSourceFile(path) ?? real.getSourceFile(path, version, ...rest)),
    };
    this.program = ts.createProgram([checksPath], this.options, host);
    return this.program;
  }
}

function resourceChecks(facts: ProviderFacts): Check[] {
  const input = (fact: Fact) => inputType(fact.type);
  const output = (fact: Fact) => `pulumi.Output<${outputType(fact.type)}${fact.optional ? " | undefined" : ""}>`;
  const texts = Object.fromEntries(Object.entries(facts.provider).filter(([, fact]) => fact.type === "string"));
  return [
    ...interfaceChecks("ProviderArgs", facts.provider, input),
    ...classChecks("Provider", texts, "pulumi.ProviderResource", output),
    ...Object.entries(facts.resources).flatMap(([name, { inputs, outputs }]) => [
      ...interfaceChecks(`${name}Args`, inputs, input),
      ...interfaceChecks(`${name}State`, optional(outputs), input),
      ...classChecks(name, outputs, "pulumi.CustomResource", output),
    ]),
  ];
}

function typeChecks(facts: ProviderFacts, alwaysFilled: AlwaysFilled): Check[] {
  // The provider's own types are never outputs.
  const outputs = Object.entries(facts.types).filter(([name]) => !name.startsWith("Provider"));
  const filled = (name: string, properties: Facts) =>
    Object.fromEntries(
      Object.entries(properties).map(([key, fact]) => [
        key,
        { ...fact, optional: fact.optional && !alwaysFilled(name, key) },
      ]),
    );
  return [
    ...Object.entries(facts.types).flatMap(([name, properties]) =>
      interfaceChecks(`types.input.${name}`, properties, (fact) => inputType(fact.type)),
    ),
    ...outputs.flatMap(([name, properties]) =>
      interfaceChecks(`types.output.${name}`, filled(name, properties), (fact) => outputType(fact.type)),
    ),
  ];
}

function interfaceChecks(name: string, facts: Facts, typeOf: (fact: Fact) => string): Check[] {
  const properties = Object.entries(facts).map(([key, fact]) => ({
    about: `${name}.${key}`,
    code: `Same<Pick<nomad.${name}, "${key}">, { ${key}${fact.optional ? "?" : ""}: ${typeOf(fact)} }>`,
  }));
  return [{ about: name, code: `Same<[keyof nomad.${name}], [${union(facts)}]>` }, ...properties];
}

function classChecks(name: string, facts: Facts, base: string, typeOf: (fact: Fact) => string): Check[] {
  const properties = Object.entries(facts).map(([key, fact]) => ({
    about: `${name}.${key}`,
    code: `Same<Pick<nomad.${name}, "${key}">, { readonly ${key}: ${typeOf(fact)} }>`,
  }));
  return [
    { about: name, code: `Same<[Exclude<keyof nomad.${name}, keyof ${base}>], [${union(facts)}]>` },
    ...properties,
  ];
}

function union(facts: Facts): string {
  return Object.keys(facts)
    .map((key) => JSON.stringify(key))
    .join(" | ");
}

function optional(facts: Facts): Facts {
  return Object.fromEntries(Object.entries(facts).map(([key, fact]) => [key, { ...fact, optional: true }]));
}

function inputType(type: string): string {
  const { list, map } = elementOf(type);
  if (list !== undefined) return `pulumi.Input<${inputType(list)}[]>`;
  if (map !== undefined) return `pulumi.Input<{ [key: string]: ${inputType(map)} }>`;
  return `pulumi.Input<${plainType(type, "input")}>`;
}

function outputType(type: string): string {
  const { list, map } = elementOf(type);
  if (list !== undefined) return `${outputType(list)}[]`;
  if (map !== undefined) return `{ [key: string]: ${outputType(map)} }`;
  return plainType(type, "output");
}

function plainType(type: string, kind: "input" | "output"): string {
  if (type === "integer") return "number";
  return type === "string" || type === "boolean" ? type : `nomad.types.${kind}.${type}`;
}
