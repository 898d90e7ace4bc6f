import fc from "fast-check";
import type { CosArgs } from "../../components";

const instanceTypes = fc.constantFrom<string[][]>(
  ["t4g.micro"],
  ["t3.small"],
  ["m7g.large", "m6g.large"],
  ["c7i.large"],
);
const scheme = fc.constantFrom("public" as const, "internal" as const);
const certificateArn = "arn:aws:acm:eu-central-1:123456789012:certificate/1";
const https = fc.constantFrom({ protocol: "http" as const }, { certificateArn });

/** A value, or the default. */
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });

/** Blocks of addresses, each once, at least one. */
const cidrs = fc
  .uniqueArray(fc.nat({ max: 255 }), { minLength: 1, maxLength: 3 })
  .map((octets) => octets.map((octet) => `198.51.${octet}.0/24`));

const pool = (name: string, withFiles: boolean) =>
  fc
    .record({
      tier: maybe(fc.constantFrom("services", "backoffice", "content-connector")),
      instanceTypes,
      sizes: fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 3 })),
      drivers: maybe(fc.subarray(["docker", "exec", "java", "raw_exec"] as const, { minLength: 1 })),
      serviceToService: maybe(fc.boolean()),
      metrics: maybe(fc.boolean()),
      shared: fc.boolean(),
      nodePool: maybe(fc.constant("default")),
      // As many as fit beside the pool's own, of which there may be three.
      securityGroupIds: maybe(fc.subarray(["sg-0123456789abcdef0", "sg-0123456789abcdef1"])),
    })
    .map(({ sizes: [minSize, more], drivers, shared, ...of }) => ({
      ...of,
      name,
      minSize,
      maxSize: minSize + more,
      drivers: drivers && [...drivers],
      sharedFileSystemMountPoint: shared && withFiles ? "/shared" : undefined,
    }));

const ingress = (name: string, pools: string[]) =>
  fc
    .record({
      scheme: maybe(scheme),
      of: fc.subarray(pools, { minLength: 1 }),
      allowedCidrs: maybe(cidrs),
      secure: https,
    })
    .map(({ of, secure, ...rest }) => ({ ...rest, ...secure, name, pools: of }));

const uiAccess = (pools: string[]) =>
  fc
    .record({ scheme: maybe(scheme), allowedCidrs: cidrs, secure: https, fabioPools: maybe(fc.subarray(pools)) })
    .map(({ secure, ...of }) => ({ ...of, ...secure }));

const servers = maybe(fc.constantFrom(3, 5));
const peerCidrs = ["10.64.0.0/16", "10.65.0.0/16"];

/** Valid arguments of `Cos`, of all that decides who may connect to whom. */
export const randomCos: fc.Arbitrary<CosArgs> = fc
  .record({
    pools: fc.subarray(["web", "jobs", "batch", "office", "edge", "data"], { minLength: 1 }),
    ingresses: fc.subarray(["public", "partners", "staff"]),
    withFiles: fc.boolean(),
    federated: fc.boolean(),
  })
  .chain(({ pools, ingresses, withFiles, federated }) =>
    fc.record({
      network: fc.constantFrom<CosArgs["network"][]>(
        undefined,
        { interfaceEndpoints: ["ssm"] },
        { availabilityZones: 2 },
      ),
      consul: fc.record({
        servers,
        egressCidrs: maybe(cidrs),
        federation: fc.constant(federated ? { primaryDatacenter: "main", peerCidrs } : undefined),
      }),
      nomad: fc.record({
        servers,
        pools: fc.tuple(...pools.map((name) => pool(name, withFiles))),
        peerCidrs: fc.constant(federated ? peerCidrs : undefined),
      }),
      ingresses: fc.tuple(...ingresses.map((name) => ingress(name, pools))),
      apiAccess: fc.record({ scheme: maybe(scheme), allowedCidrs: cidrs }),
      uiAccess: maybe(uiAccess(pools)),
      bastion: maybe(fc.record({ allowedCidrs: maybe(cidrs) })),
      fileSystem: fc.constant(withFiles ? {} : undefined),
      security: fc.constantFrom<CosArgs["security"][]>(
        ...(federated
          ? [{ acl: false as const }, { acl: false as const, tls: false as const }]
          : [undefined, { tls: false as const }]),
      ),
    }),
  );
