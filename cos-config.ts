import { z } from "zod";
import { gatewayEndpointNames, interfaceEndpointNames } from "./components/network/endpoint-names";
import { debianSuites } from "./components/machine-image/bake";
import { terraformCosPools } from "./components/cos/pools";
import { idleDays } from "./components/shared-file-system/args";

/**
 * The shape of the keys that make a cluster on AWS: the arguments of `Cos`, but for `transform`, which is for programs. What
 * their values may be, and which go together, the components check themselves.
 */

const text = z.string().min(1, { error: "must not be empty" });
const texts = z.array(text);
const count = z.int({ error: "must be a whole number" });
const flag = z.boolean();
const tags = z.record(z.string(), z.string());
const tier = text.optional();

function oneOf<const T extends readonly [string, ...string[]]>(...values: T) {
  return z.enum(values, { error: `must be ${values.map((value) => `"${value}"`).join(" or ")}` });
}

const scheme = oneOf("public", "internal").optional();
const diskFormat = oneOf("ext4", "xfs").optional();

const volume = {
  sizeGiB: count.optional(),
  type: oneOf("gp3", "gp2", "io1", "io2", "st1", "sc1", "standard").optional(),
  iops: count.optional(),
  throughput: count.optional(),
};

const statement = z.strictObject({
  sid: text.optional(),
  effect: oneOf("Allow", "Deny").optional(),
  actions: texts,
  resources: texts,
  conditions: z.record(z.string(), z.record(z.string(), z.union([text, texts]))).optional(),
});

const secret = z.strictObject({
  parameter: text,
  path: text,
  owner: oneOf("root", "consul", "nomad").optional(),
  kmsKeyArn: text.optional(),
});

const node = {
  rootVolume: z.strictObject(volume).optional(),
  kmsKeyId: text.optional(),
  cpuCredits: oneOf("standard", "unlimited").optional(),
  metadataHopLimit: z.union([z.literal(1), z.literal(2)], { error: "must be 1 or 2" }).optional(),
  keyName: text.optional(),
  secrets: z.array(secret).optional(),
  policies: z.record(z.string(), text).optional(),
  policyStatements: z.array(statement).optional(),
  securityGroupIds: texts.optional(),
  instanceTags: tags.optional(),
  volumeTags: tags.optional(),
};

const autopilot = z.strictObject({
  cleanupDeadServers: flag.optional(),
  lastContactThreshold: text.optional(),
  maxTrailingLogs: count.optional(),
  minQuorum: count.optional(),
  serverStabilizationTime: text.optional(),
});

const image = z
  .strictObject({ id: text, architecture: oneOf("arm64", "x86_64").optional(), rootDevice: text.optional() })
  .optional();

const servers = {
  ...node,
  image,
  tier,
  servers: count.optional(),
  allowSingleServer: flag.optional(),
  instanceType: text.optional(),
  autopilot: autopilot.optional(),
  raftMultiplier: count.optional(),
  replaceUnhealthyAfterSeconds: z
    .union([z.literal(false), count], { error: "must be a whole number of seconds, or false" })
    .optional(),
  egressCidrs: texts.optional(),
  endpointSecurityGroupId: text.optional(),
};

const pool = z.strictObject({
  ...node,
  image,
  name: text,
  tier,
  sharedFileSystemMountPoint: text.optional(),
  datacenter: text.optional(),
  nodePool: text.optional(),
  nodeClass: text.optional(),
  meta: tags.optional(),
  minSize: count.optional(),
  maxSize: count.optional(),
  desiredSize: count.optional(),
  instanceTypes: texts,
  spot: z
    .strictObject({
      share: count.optional(),
      strategy: oneOf(
        "price-capacity-optimized",
        "capacity-optimized",
        "capacity-optimized-prioritized",
        "lowest-price",
      ).optional(),
    })
    .optional(),
  dataVolumes: z
    .array(
      z.strictObject({
        ...volume,
        device: text,
        snapshotId: text.optional(),
        mountPoint: text,
        fileSystem: diskFormat,
        deleteOnTermination: flag.optional(),
        hostVolume: text.optional(),
      }),
    )
    .optional(),
  instanceStorage: z.strictObject({ mountPoint: text, fileSystem: diskFormat, hostVolume: text.optional() }).optional(),
  hostVolumes: z.array(z.strictObject({ name: text, path: text, readOnly: flag.optional() })).optional(),
  fileSystems: z
    .array(z.strictObject({ id: text, mountPoint: text, readOnly: flag.optional(), hostVolume: text.optional() }))
    .optional(),
  ecrPull: z.union([flag, texts]).optional(),
  buckets: z.array(z.strictObject({ name: text, access: oneOf("read", "read-write") })).optional(),
  drivers: z.array(oneOf("docker", "exec", "java", "raw_exec")).optional(),
  reservedMemoryMiB: count.optional(),
  readyTimeoutSeconds: count.optional(),
  drainDeadlineSeconds: count.optional(),
  refresh: z
    .union([
      z.literal(false),
      z.strictObject({
        minHealthyPercentage: count.optional(),
        maxHealthyPercentage: count.optional(),
        checkpoints: z.array(count).optional(),
        checkpointDelaySeconds: count.optional(),
        rollBack: flag.optional(),
      }),
    ])
    .optional(),
  serviceToService: flag.optional(),
  metrics: flag.optional(),
  tags: tags.optional(),
});

const pools = z.union([z.literal("terraform-cos").transform(() => [...terraformCosPools]), z.array(pool)], {
  error: 'must be a list, or "terraform-cos" for that module\'s four datacenters',
});

const healthCheck = z
  .strictObject({
    intervalSeconds: count.optional(),
    timeoutSeconds: count.optional(),
    healthyThreshold: count.optional(),
    unhealthyThreshold: count.optional(),
  })
  .optional();

const https = {
  protocol: oneOf("https", "http").optional(),
  certificateArn: text.optional(),
  domain: z.strictObject({ name: text, zoneId: text, aliases: texts.optional() }).optional(),
  sslPolicy: text.optional(),
};

const loadBalancer = {
  tier,
  scheme,
  healthCheck,
  deletionProtection: flag.optional(),
  deregistrationDelaySeconds: count.optional(),
};

const applicationLoadBalancer = {
  ...loadBalancer,
  ...https,
  accessLogs: z.strictObject({ bucket: text, prefix: text.optional() }).optional(),
  webAclArn: text.optional(),
  ipAddressType: oneOf("ipv4", "dualstack").optional(),
  desyncMitigationMode: oneOf("monitor", "defensive", "strictest").optional(),
  http2: flag.optional(),
  idleTimeoutSeconds: count.optional(),
};

const days = z
  .union([z.literal(false), z.literal([...idleDays])], { error: `must be false, or one of ${idleDays.join(", ")}` })
  .optional();

const gossipKeyring = z.strictObject({
  keys: texts.optional(),
  given: z.record(z.string(), text).optional(),
});

const agentTls = z.strictObject({
  commonName: text.optional(),
  authorities: texts.optional(),
  given: z.record(z.string(), z.strictObject({ certPem: text, privateKeyPem: text.optional() })).optional(),
  validityHours: count.optional(),
  apiNames: texts.optional(),
  certificates: text.optional(),
  certificateHours: count.optional(),
});

/** The keys that only the target `aws` has. */
export const cosKeys = {
  clusterName: text.optional(),
  network: z
    .strictObject({
      cidrBlock: text.optional(),
      availabilityZones: z
        .union([count, texts], { error: "must be a number of availability zones, or a list of their names" })
        .optional(),
      maxAvailabilityZones: count.optional(),
      tiers: z
        .array(
          z.strictObject({
            name: text,
            kind: oneOf("public", "private"),
            prefixLength: count.optional(),
            cidrBlocks: texts.optional(),
            egress: oneOf("internet", "aws", "none").optional(),
          }),
        )
        .optional(),
      natGateways: oneOf("single", "one-per-az", "none").optional(),
      natAddressIds: texts.optional(),
      gatewayEndpoints: z.array(oneOf(...gatewayEndpointNames)).optional(),
      interfaceEndpoints: z.array(oneOf(...interfaceEndpointNames)).optional(),
      endpointTier: text.optional(),
      awsRanges: z.strictObject({ maxEntries: count.optional() }).optional(),
      flowLogs: z.strictObject({ retentionDays: count.optional() }).optional(),
    })
    .optional(),
  existingNetwork: z
    .strictObject({ vpcId: text, cidrBlock: text.optional(), subnetIds: z.record(z.string(), texts) })
    .optional(),
  image: z
    .strictObject({
      id: text.optional(),
      architecture: oneOf("arm64", "x86_64").optional(),
      rootDevice: text.optional(),
      newest: z.strictObject({ owner: text, namePattern: text }).optional(),
      bake: z
        .union(
          [
            flag,
            z.strictObject({
              suite: oneOf(...debianSuites).optional(),
              java: flag.optional(),
              rootVolumeGiB: count.optional(),
              kmsKeyId: text.optional(),
              copyToRegions: texts.optional(),
              regionKmsKeyIds: z.record(z.string(), text).optional(),
              shareWithAccounts: texts.optional(),
              tags: tags.optional(),
              without: texts.optional(),
              subnetId: text.optional(),
              publicAddress: flag.optional(),
              sshCidrs: texts.optional(),
            }),
          ],
          { error: "must be true, false, or how to bake it" },
        )
        .optional(),
      version: z.strictObject({ consul: text.optional(), nomad: text.optional(), fabio: text.optional() }).optional(),
      owner: text.optional(),
      tags: tags.optional(),
    })
    .optional(),
  consul: z
    .strictObject({
      ...servers,
      datacenter: text.optional(),
      federation: z.strictObject({ primaryDatacenter: text, peerCidrs: texts, retryJoin: texts.optional() }).optional(),
    })
    .optional(),
  nomad: z
    .strictObject({
      ...servers,
      region: text.optional(),
      authoritativeRegion: text.optional(),
      peerCidrs: texts.optional(),
      pools: pools.optional(),
      scheduler: z
        .strictObject({
          algorithm: oneOf("binpack", "spread").optional(),
          memoryOversubscription: flag.optional(),
          preemption: z
            .strictObject({
              system: flag.optional(),
              service: flag.optional(),
              batch: flag.optional(),
              sysbatch: flag.optional(),
            })
            .optional(),
        })
        .optional(),
    })
    .optional(),
  ingresses: z
    .array(
      z.strictObject({
        ...applicationLoadBalancer,
        name: text,
        pools: texts,
        allowedCidrs: texts.optional(),
        slowStartSeconds: count.optional(),
        loadBalancingAlgorithm: oneOf("round_robin", "least_outstanding_requests", "weighted_random").optional(),
      }),
    )
    .optional(),
  apiAccess: z.strictObject({
    ...loadBalancer,
    allowedCidrs: texts,
    allowAnyAddress: flag.optional(),
    preserveClientIp: flag.optional(),
  }),
  uiAccess: z
    .strictObject({
      ...applicationLoadBalancer,
      allowedCidrs: texts,
      allowAnyAddress: flag.optional(),
      fabioPools: texts.optional(),
      ports: z.strictObject({ consul: count.optional(), nomad: count.optional(), fabio: count.optional() }).optional(),
      hosts: z.strictObject({ consul: text, nomad: text, fabio: text.optional() }).optional(),
    })
    .optional(),
  bastion: z
    .strictObject({
      tier,
      instanceType: text.optional(),
      allowedCidrs: texts.optional(),
      allowAnyAddress: flag.optional(),
      keyName: text.optional(),
      user: text.optional(),
      rootVolumeSizeGiB: count.optional(),
      kmsKeyId: text.optional(),
    })
    .optional(),
  registry: z
    .strictObject({
      repositories: texts,
      prefix: z.string().optional(),
      immutableTags: flag.optional(),
      scanOnPush: flag.optional(),
      kmsKeyId: text.optional(),
      untaggedExpireAfterDays: z.union([z.literal(false), count]).optional(),
      keepImages: count.optional(),
      forceDelete: flag.optional(),
    })
    .optional(),
  fileSystem: z
    .strictObject({
      tier,
      kmsKeyId: text.optional(),
      throughput: oneOf("elastic", "bursting").optional(),
      lifecycle: z
        .strictObject({
          infrequentAccessAfterDays: days,
          archiveAfterDays: days,
          backOnAccess: flag.optional(),
        })
        .optional(),
      backup: flag.optional(),
      protect: flag.optional(),
    })
    .optional(),
  security: z
    .strictObject({
      gossip: z
        .union(
          [z.literal(false), z.strictObject({ consul: gossipKeyring.optional(), nomad: gossipKeyring.optional() })],
          {
            error: "must be false, or the keys of Consul and Nomad",
          },
        )
        .optional(),
      tls: z
        .union([z.literal(false), agentTls], {
          error: "must be false, or what the authority and the certificates are to be",
        })
        .optional(),
      acl: z
        .union(
          [
            z.literal(false),
            z.strictObject({ secrets: texts.optional(), namespaces: z.record(z.string(), texts).optional() }),
          ],
          { error: "must be false, or what the tokens are to be" },
        )
        .optional(),
      keyring: flag.optional(),
      kmsKeyArn: text.optional(),
    })
    .optional(),
  restoring: flag.optional(),
  replaceServers: flag.optional(),
  readyTimeoutSeconds: count.optional(),
  tags: tags.optional(),
};
