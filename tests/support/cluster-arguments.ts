import type { ConsulClusterArgs } from "../../components/consul-cluster/args";
import type { ConsulClusterRef } from "../../components/consul-cluster/ref";
import type { NomadClusterArgs } from "../../components/nomad-cluster/args";
import { MockEngine, type Registered } from "../../cli/preview/mock-engine";
import { awsFunctions, awsOutputs } from "../../cli/preview/mock-aws";
import { filesOf } from "./user-data";

/** Arguments of a cluster's servers with nothing that has a default. */
const servers = {
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b", "subnet-c"],
  image: { id: "ami-1", architecture: "arm64" as const },
};

/** The smallest Consul cluster. */
export const consulArgs: ConsulClusterArgs = servers;

/** A Consul cluster made elsewhere: plain values. */
export const consulRef: ConsulClusterRef = {
  datacenter: "dc1",
  joinTag: { key: "consul", value: "elsewhere" },
  securityGroupId: "sg-consul",
};

/** The smallest Nomad cluster. */
export const nomadArgs: NomadClusterArgs = { ...servers, consul: consulRef };

/** What a program registers, with ways to look at it. */
export class Program {
  private constructor(
    readonly registered: readonly Registered[],
    /** Outputs of the component, or whatever the program returned. */
    readonly result: unknown,
  ) {}

  /** Runs a program, by itself or as a preview. */
  static async run(program: () => unknown, preview = false): Promise<Program> {
    const engine = await MockEngine.start(awsOutputs, preview, awsFunctions);
    const result = await engine.run(program);
    return new Program(engine.registered, result);
  }

  /** The resource of a name. */
  resource(name: string): Registered {
    const found = this.registered.find((resource) => resource.name === name);
    if (!found) throw new Error(`${name} is not registered: ${this.registered.map((each) => each.name).join(", ")}`);
    return found;
  }

  inputs(name: string): Record<string, unknown> {
    return this.resource(name).inputs as Record<string, unknown>;
  }

  /** The files that nodes of a launch template get, by path, parsed. */
  files(template: string): Record<string, unknown> {
    return filesOf(this.inputs(template).userData as string);
  }

  /** The security-group rules, by the names of their resources. */
  get rules(): Registered[] {
    return this.registered.filter(({ type }) => /:SecurityGroup(Ingress|Egress)Rule$/.test(type));
  }

  /** Whether a component and all that is in it came only after the rules: it waits for them, and goes before them. */
  waitsForRules(component: string): boolean {
    const names = this.registered.map(({ name }) => name);
    const { dependsOn } = this.resource(component);
    return this.rules.every(({ name }) => dependsOn.includes(name) && names.indexOf(name) < names.indexOf(component));
  }

  /** Types, names and parents of all but the rules, a line each, by name. */
  get tree(): string[] {
    return lines(this.registered.filter((resource) => !this.rules.includes(resource)));
  }

  /** Types, names and parents of everything. */
  get shape(): string[] {
    return lines(this.registered);
  }
}

/** In the order of names: which of several resources is registered first is not fixed. */
function lines(resources: readonly Registered[]): string[] {
  return resources.map(({ type, name, parent }) => `${name}: ${type}${parent ? ` of ${parent}` : ""}`).sort();
}
