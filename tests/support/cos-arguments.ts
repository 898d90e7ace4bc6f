import type { CosArgs } from "../../components";
import type { MockEngine, Registered } from "../../cli/preview/mock-engine";

/** A whole `Cos` with nothing that has a default. */
export const smallestCos: CosArgs = { apiAccess: { allowedCidrs: ["198.51.100.0/24"] } };

/** A network that is there already, with a tier of a name of its own. */
export const existingNetwork = {
  vpcId: "vpc-0123456789abcdef0",
  cidrBlock: "10.9.0.0/16",
  subnetIds: {
    public: ["subnet-0123456789abcdef1", "subnet-0123456789abcdef2"],
    services: ["subnet-0123456789abcdef3", "subnet-0123456789abcdef4"],
    edge: ["subnet-0123456789abcdef5", "subnet-0123456789abcdef6"],
  },
};
/** A pool with nothing that has a default. */
export const onePool = { name: "web", instanceTypes: ["t4g.micro"] };
/** A `Cos` with everything that there is, each in a way that differs from the defaults. */
export const everythingCos: CosArgs = {
  clusterName: "blue",
  network: { cidrBlock: "10.40.0.0/16", interfaceEndpoints: ["ssm"], flowLogs: {} },
  consul: {
    servers: 5,
    datacenter: "europe",
    federation: { primaryDatacenter: "america", peerCidrs: ["10.64.0.0/16"], retryJoin: ["10.64.0.10"] },
  },
  // Tokens of one are not those of another of a federation.
  security: { acl: false },
  nomad: {
    instanceType: "t3.small",
    region: "europe",
    authoritativeRegion: "america",
    peerCidrs: ["10.64.0.0/16"],
    pools: [
      { name: "web", instanceTypes: ["t4g.small"], minSize: 2, sharedFileSystemMountPoint: "/shared" },
      { name: "jobs", tier: "backoffice", instanceTypes: ["m7i.large", "m6i.large"], nodePool: "web", ecrPull: true },
      { name: "idle", instanceTypes: ["t3.large"], minSize: 0, maxSize: 5, serviceToService: false },
    ],
  },
  ingresses: [
    { name: "public", pools: ["web"], certificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/1" },
    { name: "office", pools: ["web", "jobs"], scheme: "internal", protocol: "http" },
  ],
  apiAccess: { allowedCidrs: ["198.51.100.0/24"] },
  uiAccess: { allowedCidrs: ["198.51.100.0/24"], protocol: "http", ports: { fabio: 9000 } },
  bastion: { allowedCidrs: ["198.51.100.7/32"], keyName: "operators" },
  registry: { repositories: ["shop/api"] },
  fileSystem: {},
  readyTimeoutSeconds: 1200,
  tags: { team: "platform" },
};

/** What an engine has registered, to be looked at by name and type. */
export class Resources {
  constructor(readonly all: readonly Registered[]) {}

  static of(engine: MockEngine): Resources {
    return new Resources(engine.registered);
  }

  /** The only resource of a name; of those of a type whose token ends like this, where several have it. */
  one(name: string, type = ""): Registered {
    const [found, ...more] = this.all.filter((resource) => resource.name === name && resource.type.endsWith(type));
    if (found && more.length === 0) return found;
    throw new Error(`${found ? "several" : "none"} ${name} ${type} among ${this.names(this.all).join(", ")}`);
  }

  inputs(name: string, type?: string): Record<string, unknown> {
    return this.one(name, type).inputs as Record<string, unknown>;
  }

  ofType(type: string): Registered[] {
    return this.all.filter((resource) => resource.type.endsWith(type));
  }

  /** Names of some of them, sorted: the order in which they are registered is not fixed. */
  names(some: readonly Registered[]): string[] {
    return some.map(({ name }) => name).sort();
  }

  /** Types and names of all, sorted. */
  get shape(): string[] {
    return this.all.map(({ type, name }) => `${type} ${name}`).sort();
  }

  /** What the security groups' rules say, by name, without descriptions and tags. */
  rules(): Record<string, object> {
    return Object.fromEntries(
      [...this.ofType("SecurityGroupIngressRule"), ...this.ofType("SecurityGroupEgressRule")].map(
        ({ name, inputs }) => {
          const { description, tags, ...rule } = inputs as { description: unknown; tags: unknown };
          if (typeof description !== "string" || typeof tags !== "object") throw new Error(`${name} is not described`);
          return [name, rule];
        },
      ),
    );
  }
}
