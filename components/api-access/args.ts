import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { PropertyError } from "../checks";
import { placeErrors, type Scheme } from "../load-balancer/options";
import { cidrErrors } from "../load-balancer/cidrs";
import type { ServerGroupRef } from "../load-balancer/groups";
import { healthCheckErrors, type HealthCheckOptions, serverHealthCheck } from "../load-balancer/health-check";
import { wholeNumberErrors } from "../load-balancer/numbers";
import type { Tags } from "../security-group";

/** Arguments of {@link ApiAccess}. */
export interface ApiAccessArgs {
  /** ID of the VPC. A change replaces everything. */
  vpcId: pulumi.Input<string>;
  /** IDs of the load balancer's subnets; public ones for the scheme `public`. Taking one away replaces it, and with it the addresses. */
  subnetIds: pulumi.Input<string>[];
  /** `internal` has addresses of its subnets only. A change replaces the load balancer, and with it the addresses. @default "public" */
  scheme?: Scheme | undefined;
  /** CIDR blocks whose addresses may use the APIs: of operators, and of the machine that runs Pulumi. */
  allowedCidrs: string[];
  /** Whether `allowedCidrs` may let in all of the internet or a large part of it. @default false */
  allowAnyAddress?: boolean | undefined;
  /** The Consul servers. */
  consul: ServerGroupRef;
  /** The Nomad servers. */
  nomad: ServerGroupRef;
  /**
   * Whether servers see the addresses of clients rather than the load balancer's. A server cannot call itself through the load
   * balancer then. @default true
   */
  preserveClientIp?: boolean | undefined;
  /** How the load balancer asks the servers whether they take traffic. @default every 5 s, 4 s to answer, 2 good or 2 bad answers */
  healthCheck?: HealthCheckOptions | undefined;
  /** Seconds after which connections to a server that leaves are closed, 0 to 3600; ends of servers wait for it. @default 30 */
  deregistrationDelaySeconds?: number | undefined;
  /**
   * Whether AWS refuses to delete the load balancer. Before a `destroy`, or a change that replaces it, it must be set to false
   * by an update. @default false
   */
  deletionProtection?: boolean | undefined;
  /** Tags of everything taggable. @default {} */
  tags?: Tags | undefined;
  /** Arguments of the resources, merged over those that the component makes. */
  transform?: ApiAccessTransform | undefined;
}

/** Arguments merged, property by property, over those that {@link ApiAccess} makes. */
export interface ApiAccessTransform {
  loadBalancer?: Partial<aws.lb.LoadBalancerArgs> | undefined;
  consulTargetGroup?: Partial<aws.lb.TargetGroupArgs> | undefined;
  nomadTargetGroup?: Partial<aws.lb.TargetGroupArgs> | undefined;
  consulListener?: Partial<aws.lb.ListenerArgs> | undefined;
  nomadListener?: Partial<aws.lb.ListenerArgs> | undefined;
}

/** What is wrong with the arguments of {@link ApiAccess}. */
export function apiAccessErrors(args: ApiAccessArgs): PropertyError[] {
  return [
    ...placeErrors(args, 1),
    ...cidrErrors("allowedCidrs", args.allowedCidrs, args.allowAnyAddress ? "any" : "narrow"),
    ...healthCheckErrors("healthCheck", args.healthCheck, serverHealthCheck),
    ...wholeNumberErrors("deregistrationDelaySeconds", args.deregistrationDelaySeconds, {
      least: 0,
      most: 3600,
      unit: "seconds",
    }),
  ];
}
