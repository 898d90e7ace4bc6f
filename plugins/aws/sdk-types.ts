import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as ts from "typescript";
import type { CompactType, Schema, Shape } from "./schema";

const PACKAGE = createRequire(__filename).resolve("@pulumi/aws/package.json");

/** The types that @pulumi/aws declares, read from its declaration files. */
export class SdkTypes {
  private readonly directory = dirname(PACKAGE);
  private readonly nested = this.nestedInterfaces();
  private readonly shapes = new Map<string, Shape>();

  /** The schema of the resources and functions with these tokens, with the nested types that they use. */
  schema(resources: readonly string[], functions: readonly string[]): Schema {
    const { version } = JSON.parse(readFileSync(PACKAGE, "utf8")) as { version: string };
    return {
      version,
      resources: Object.fromEntries(resources.map((token) => [token, this.resource(token)])),
      functions: Object.fromEntries(functions.map((token) => [token, this.functionInputs(token)])),
      types: Object.fromEntries([...this.shapes].sort(([a], [b]) => (a < b ? -1 : 1))),
    };
  }

  private resource(token: string): { inputs: Shape; outputs: string[] } {
    const file = this.parse(`${moduleOf(token)}.d.ts`);
    const name = token.split(":")[2] ?? "";
    const args = file.statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === `${name}Args`);
    const definition = file.statements.find((node) => ts.isClassDeclaration(node) && node.name?.text === name);
    if (!args || !ts.isInterfaceDeclaration(args) || !definition || !ts.isClassDeclaration(definition)) {
      throw new Error(`@pulumi/aws has no ${token}`);
    }
    const inputs = this.shape(args);
    const outputs = definition.members.flatMap((member) =>
      ts.isPropertyDeclaration(member) && !isStatic(member) ? [member.name.getText()] : [],
    );
    return { inputs, outputs: outputs.filter((output) => inputs[output] === undefined) };
  }

  private functionInputs(token: string): Shape {
    const name = token.split(":")[2] ?? "";
    const file = this.parse(`${moduleOf(token)}.d.ts`);
    const args = `${name[0]?.toUpperCase()}${name.slice(1)}Args`;
    const found = file.statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === args);
    return found && ts.isInterfaceDeclaration(found) ? this.shape(found) : {};
  }

  private shape(node: ts.InterfaceDeclaration): Shape {
    const shape: Record<string, CompactType> = {};
    for (const member of node.members) {
      if (!ts.isPropertySignature(member) || !member.type) continue;
      const required = member.questionToken ? "" : "!";
      shape[member.name.getText()] = `${this.compact(member.type)}${required}`;
    }
    return shape;
  }

  private compact(node: ts.TypeNode): CompactType {
    if (ts.isArrayTypeNode(node)) return `${this.compact(node.elementType)}[]`;
    if (ts.isParenthesizedTypeNode(node)) return this.compact(node.type);
    if (ts.isUnionTypeNode(node)) return this.union(node);
    if (ts.isTypeLiteralNode(node)) {
      const index = node.members.find(ts.isIndexSignatureDeclaration);
      if (index) return `{${this.compact(index.type)}}`;
    }
    if (ts.isTypeReferenceNode(node)) return this.reference(node);
    const text = node.getText();
    return text === "string" || text === "number" || text === "boolean" ? text : "any";
  }

  // Enumerations, ARNs and documents are strings for the provider.
  private union(node: ts.UnionTypeNode): CompactType {
    const kinds = node.types.filter((type) => type.kind !== ts.SyntaxKind.UndefinedKeyword);
    const compact = new Set(kinds.map((type) => this.compact(type)));
    if (compact.has("string")) return "string";
    const [only] = compact;
    return compact.size === 1 && only !== undefined ? only : "any";
  }

  private reference(node: ts.TypeReferenceNode): CompactType {
    const name = node.typeName.getText();
    const [first] = node.typeArguments ?? [];
    if (name === "pulumi.Input" && first) return this.compact(first);
    if (name.startsWith("inputs.")) return this.nestedType(name.slice("inputs.".length).replaceAll(".", "/"));
    if (name.startsWith("enums.") || name === "ARN" || name.endsWith("Region")) return "string";
    return "any";
  }

  private nestedType(name: string): CompactType {
    if (!this.shapes.has(name)) {
      const node = this.nested.get(name);
      if (!node) throw new Error(`@pulumi/aws has no input type ${name}`);
      // Before its members, since a type may hold itself.
      this.shapes.set(name, {});
      this.shapes.set(name, this.shape(node));
    }
    return `@${name}`;
  }

  /** The interfaces of types/input.d.ts, as `ec2/LaunchTemplateMonitoring`. */
  private nestedInterfaces(): Map<string, ts.InterfaceDeclaration> {
    const found = new Map<string, ts.InterfaceDeclaration>();
    const visit = (node: ts.Node, path: string): void => {
      if (ts.isInterfaceDeclaration(node)) found.set(`${path}${node.name.text}`, node);
      else if (ts.isModuleDeclaration(node) && node.body && ts.isModuleBlock(node.body)) {
        for (const child of node.body.statements) visit(child, `${path}${node.name.text}/`);
      }
    };
    for (const node of this.parse("types/input.d.ts").statements) visit(node, "");
    return found;
  }

  private parse(path: string): ts.SourceFile {
    const file = join(this.directory, path);
    return ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  }
}

/** `ec2/launchTemplate` of `aws:ec2/launchTemplate:LaunchTemplate`; `getRegion` of `aws:index/getRegion:getRegion`. */
function moduleOf(token: string): string {
  return (token.split(":")[1] ?? "").replace(/^index\//, "");
}

function isStatic(member: ts.PropertyDeclaration): boolean {
  return member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) ?? false;
}
