import type * as pulumi from "@pulumi/pulumi";
import { type PropertyError, under } from "../checks";
import { cidrErrors } from "../load-balancer/cidrs";
import {
  type HealthOptions,
  type ImageRef,
  instanceTypeErrors,
  type NodeOptions,
  nodeOptionsErrors,
} from "../node/args";
import { subnetErrors } from "../node/checks";
import { healthErrors } from "../node/health";
import { type AutopilotArgs, autopilotErrors } from "./autopilot";
import { raftMultiplier, raftMultiplierBounds } from "./raft";

/** What may be said of the servers of a cluster, be it Consul's or Nomad's. */
export interface ServerOptions extends NodeOptions, HealthOptions {
  /** ID of the VPC. A change replaces the security groups. */
  vpcId: pulumi.Input<string>;
  /** IDs of the subnets that servers start in, at least one; one for each availability zone keeps a quorum when one fails. */
  subnetIds: pulumi.Input<string>[];
  /** The machine image that servers boot from. Running servers keep theirs until `ServerRollout` replaces them. */
  image: ImageRef;
  /**
   * Number of servers: 3, of which one may fail, or 5, of which two may. A change is made one server after the other by
   * `ServerRollout`, which a `Cos` has.
   * @default 3
   */
  servers?: number | undefined;
  /** Allows a single server, whose failure is the cluster's, for trials. @default false */
  allowSingleServer?: boolean | undefined;
  /**
   * EC2 instance type of the servers, of the image's architecture. Running servers keep theirs until `ServerRollout` replaces them.
   * @default "t4g.micro", with an image for x86_64 "t3.micro"
   */
  instanceType?: string | undefined;
  /**
   * Name of the cluster, by which its nodes find each other through their tags: letters, digits and `.-_`. Unique in the
   * account and region. A change makes later nodes look for another cluster.
   * @default `PROJECT-STACK-NAME`, of the Pulumi project and stack and the component
   */
  clusterName?: string | undefined;
  /** Autopilot's settings. @default each one's own */
  autopilot?: AutopilotArgs | undefined;
  /**
   * How many times longer than in production Raft's timeouts are, 1 to 10: longer ones take slow servers less easily for dead
   * ones, and dead ones later.
   * @default by instance type: 1 for `large` and up, 5 for T families and smaller sizes
   */
  raftMultiplier?: number | undefined;
  /** CIDR blocks that nodes may call by HTTPS and HTTP. @default ["0.0.0.0/0"]; the routes of the subnets may be narrower */
  egressCidrs?: string[] | undefined;
  /** ID of the security group of VPC endpoints that nodes may call by HTTPS. @default none */
  endpointSecurityGroupId?: pulumi.Input<string> | undefined;
}

/** Of the options, those that any group of nodes has. */
export function nodeOptionsOf(args: NodeOptions): NodeOptions {
  const { rootVolume, kmsKeyId, cpuCredits, metadataHopLimit, keyName, policies, policyStatements } = args;
  const { secrets, securityGroupIds, tags, instanceTags, volumeTags, transform } = args;
  return {
    ...{ rootVolume, kmsKeyId, cpuCredits, metadataHopLimit, keyName, policies, policyStatements },
    ...{ secrets, securityGroupIds, tags, instanceTags, volumeTags, transform },
  };
}

/** The number of servers where none is given. */
export const defaultServers = 3;

/** The instance type of servers where none is given: the smallest that Consul and Nomad are content with. */
export function serverInstanceType({ instanceType, image }: Pick<ServerOptions, "instanceType" | "image">): string {
  return instanceType ?? (image.architecture === "x86_64" ? "t3.micro" : "t4g.micro");
}

/** The multiplier of Raft's timeouts: what is given, or what suits the instance type. */
export function serverRaftMultiplier(args: Pick<ServerOptions, "instanceType" | "image" | "raftMultiplier">): number {
  return args.raftMultiplier ?? raftMultiplier(serverInstanceType(args));
}

/** The addresses that nodes may call where none are given. */
export const defaultEgressCidrs = ["0.0.0.0/0"];

/** What is wrong with the options of servers. */
export function serverErrors(args: ServerOptions): PropertyError[] {
  const { servers = defaultServers, egressCidrs = defaultEgressCidrs } = args;
  return [
    ...serverCountErrors(servers, args.allowSingleServer ?? false),
    ...subnetErrors(args.subnetIds),
    ...instanceTypeErrors("instanceType", serverInstanceType(args), args.image),
    ...nameErrors("clusterName", args.clusterName),
    ...raftErrors(args.raftMultiplier),
    ...healthErrors(args),
    ...under("autopilot", autopilotErrors(args.autopilot, servers)),
    ...(egressCidrs.length > 0 ? cidrErrors("egressCidrs", egressCidrs, "any") : []),
    ...nodeOptionsErrors(args, [serverInstanceType(args)], 1),
  ];
}

function serverCountErrors(servers: number, allowSingleServer: boolean): PropertyError[] {
  if (servers === 3 || servers === 5 || (servers === 1 && allowSingleServer)) return [];
  const why = {
    1: "1, which no failure leaves standing, needs allowSingleServer: true",
    2: "2 stand no failure more than 1",
    4: "4 stand no failure more than 3",
  };
  const hint = Object.entries(why).find(([count]) => Number(count) === servers)?.[1];
  return [
    { propertyPath: "servers", reason: `must be 3 or 5, got ${servers}${hint === undefined ? "" : `: ${hint}`}` },
  ];
}

function raftErrors(multiplier: number | undefined): PropertyError[] {
  const { least, most } = raftMultiplierBounds;
  if (multiplier === undefined || (Number.isInteger(multiplier) && multiplier >= least && multiplier <= most))
    return [];
  const reason = `must be a whole number from ${least} to ${most}, got ${multiplier}`;
  return [{ propertyPath: "raftMultiplier", reason }];
}

/** What is wrong with a name that agents and tags have. Values that are not known yet are not checked. */
export function nameErrors(propertyPath: string, name: unknown, pattern: NamePattern = "name"): PropertyError[] {
  if (typeof name !== "string") return [];
  const { syntax, allowed } = namePatterns[pattern];
  return syntax.test(name) ? [] : [{ propertyPath, reason: `must be ${allowed}, got "${name}"` }];
}

type NamePattern = keyof typeof namePatterns;

const namePatterns = {
  name: {
    syntax: /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
    allowed: 'up to 128 letters, digits and ".-_", a letter or digit first',
  },
  // A part of the names of AWS resources, of which a launch template's is the shortest: 128, with what Pulumi and we put around it.
  pool: {
    syntax: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    allowed: 'up to 64 letters, digits and ".-_", a letter or digit first',
  },
  // Consul makes capitals small by itself, and is then known by another name than was said. It is a part of DNS names.
  datacenter: {
    syntax: /^[a-z0-9][a-z0-9_-]{0,62}$/,
    allowed: 'up to 63 small letters, digits and "-_", a letter or digit first',
  },
};
