import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { PropertyError } from "../checks";
import type { ClientPoolRef } from "../client-pool/ref";
import {
  type ApplicationLoadBalancerOptions,
  applicationLoadBalancerErrors,
  placeErrors,
  type Scheme,
} from "../load-balancer/options";
import { cidrErrors } from "../load-balancer/cidrs";
import { type HealthCheckFigures, healthCheckErrors, type HealthCheckOptions } from "../load-balancer/health-check";
import { httpsErrors, type HttpsOptions } from "../load-balancer/https";
import { choiceErrors, wholeNumberErrors } from "../load-balancer/numbers";
import type { Tags } from "../security-group";

/** How an Application Load Balancer spreads requests over the nodes. */
export type LoadBalancingAlgorithm = "round_robin" | "least_outstanding_requests" | "weighted_random";

/** Arguments of {@link Ingress}. */
export interface IngressArgs extends ApplicationLoadBalancerOptions, HttpsOptions {
  /** ID of the VPC. A change replaces everything. */
  vpcId: pulumi.Input<string>;
  /** IDs of the load balancer's subnets, in two availability zones or more; public ones for the scheme `public`. */
  subnetIds: pulumi.Input<string>[];
  /** The client pools that run fabio, by name; at least one. */
  pools: Record<string, ClientPoolRef>;
  /**
   * ID of the security group of all client nodes, on which the services run that fabio routes to: it lets the pools' nodes in
   * on the dynamic ports. EC2 refuses the same rule twice, so of several ingresses on one pool only one may have it.
   * @default no such rules are made
   */
  clientSecurityGroupId?: pulumi.Input<string> | undefined;
  /** `internal` has addresses of its subnets only. A change replaces the load balancer. @default "public" */
  scheme?: Scheme | undefined;
  /**
   * CIDR blocks whose addresses may use the ingress. @default everybody (`0.0.0.0/0`, with `dualstack` also `::/0`); required
   * for the scheme `internal`: usually the VPC's
   */
  allowedCidrs?: string[] | undefined;
  /** Seconds without a byte after which a connection is closed, 1 to 4000. @default 60 */
  idleTimeoutSeconds?: number | undefined;
  /**
   * How the load balancer asks the nodes whether they take traffic: `/health` on {@link fabioPorts}`.health`, which fails before
   * fabio stops. The job's `grace_seconds` must be longer than interval x unhealthy threshold + timeout.
   * @default every 5 s, 2 s to answer, 2 good or 2 bad answers
   */
  healthCheck?: HealthCheckOptions | undefined;
  /** Seconds that requests under way have when a node leaves the load balancer, 0 to 3600; ends of nodes wait for it. @default 30 */
  deregistrationDelaySeconds?: number | undefined;
  /** Seconds in which a new node comes to its full share of requests, 30 to 900, or 0; only with `round_robin`. @default 0 */
  slowStartSeconds?: number | undefined;
  /** How requests are spread over the nodes. @default "round_robin" */
  loadBalancingAlgorithm?: LoadBalancingAlgorithm | undefined;
  /** Tags of everything taggable. @default {} */
  tags?: Tags | undefined;
  /** Arguments of the resources, merged over those that the component makes. */
  transform?: IngressTransform | undefined;
}

/** Arguments merged, property by property, over those that {@link Ingress} makes. */
export interface IngressTransform {
  loadBalancer?: Partial<aws.lb.LoadBalancerArgs> | undefined;
  targetGroup?: Partial<aws.lb.TargetGroupArgs> | undefined;
  /** The one on port 443. */
  httpsListener?: Partial<aws.lb.ListenerArgs> | undefined;
  /** The one on port 80. */
  httpListener?: Partial<aws.lb.ListenerArgs> | undefined;
  certificate?: Partial<aws.acm.CertificateArgs> | undefined;
}

/** The load balancer learns within 5 s x 2 + 2 s that a node leaves; fabio's job stays up for longer than that. */
export const ingressHealthCheck: HealthCheckFigures = {
  intervalSeconds: 5,
  timeoutSeconds: 2,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
};

/** What is wrong with the arguments of {@link Ingress}. */
export function ingressErrors(args: IngressArgs): PropertyError[] {
  const { pools, scheme, allowedCidrs, slowStartSeconds: slowStart, loadBalancingAlgorithm: algorithm } = args;
  const errors = [
    ...placeErrors(args, 2),
    ...httpsErrors(args),
    ...applicationLoadBalancerErrors(args),
    ...healthCheckErrors("healthCheck", args.healthCheck, ingressHealthCheck),
    ...wholeNumberErrors("deregistrationDelaySeconds", args.deregistrationDelaySeconds, {
      least: 0,
      most: 3600,
      unit: "seconds",
    }),
    ...choiceErrors("loadBalancingAlgorithm", algorithm, [
      "round_robin",
      "least_outstanding_requests",
      "weighted_random",
    ]),
  ];
  if (Object.keys(pools).length === 0) {
    errors.push({ propertyPath: "pools", reason: "must have at least one client pool, one that runs fabio" });
  }
  if (allowedCidrs) {
    errors.push(...cidrErrors("allowedCidrs", allowedCidrs, "any"));
  } else if (scheme === "internal") {
    errors.push({
      propertyPath: "allowedCidrs",
      reason: 'must say for scheme: "internal" who may use the ingress, usually the VPC\'s CIDR block',
    });
  }
  if (slowStart !== undefined && slowStart !== 0) {
    errors.push(...wholeNumberErrors("slowStartSeconds", slowStart, { least: 30, most: 900, unit: "seconds" }));
    if (algorithm !== undefined && algorithm !== "round_robin") {
      errors.push({
        propertyPath: "slowStartSeconds",
        reason: `goes with loadBalancingAlgorithm: "round_robin" only, not with "${algorithm}"`,
      });
    }
  }
  return errors;
}
