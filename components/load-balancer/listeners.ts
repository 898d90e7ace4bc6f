import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { edgesBetween, type Edge, type Role } from "../ports";
import type { Party, Tags } from "../security-group";
import type { ApplicationLoadBalancerOptions } from "./options";
import { defaultSslPolicy } from "./https";

type Action = aws.types.input.lb.ListenerDefaultAction;

/** A listener of an Application Load Balancer: HTTPS where there is a certificate, otherwise HTTP. */
export interface ListenerArgs {
  loadBalancer: aws.lb.LoadBalancer;
  port: number;
  action: Action;
  certificateArn?: pulumi.Input<string> | undefined;
  sslPolicy?: string | undefined;
  tags?: Tags | undefined;
  transform?: Partial<aws.lb.ListenerArgs> | undefined;
}

/** Makes it. */
export function listener(name: string, args: ListenerArgs, opts: pulumi.CustomResourceOptions): aws.lb.Listener {
  const { certificateArn, sslPolicy = defaultSslPolicy } = args;
  return new aws.lb.Listener(
    name,
    {
      loadBalancerArn: args.loadBalancer.arn,
      port: args.port,
      ...(certificateArn === undefined ? { protocol: "HTTP" } : { protocol: "HTTPS", certificateArn, sslPolicy }),
      defaultActions: [args.action],
      tags: { ...args.tags, Name: name },
      ...args.transform,
    },
    opts,
  );
}

/** Sends requests to a target group. */
export const forwardTo = (group: aws.lb.TargetGroup): Action => ({ type: "forward", targetGroupArn: group.arn });

/** Sends clients to HTTPS, for good. */
export const toHttps: Action = {
  type: "redirect",
  redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" },
};

/** The edges by which people reach listeners. */
export function entryEdges(to: Role, ports: Record<string, number>): Edge[] {
  return Object.entries(ports).flatMap(([why, port]) => edgesBetween(["operator"], [to], ["tcp"], port, why));
}

/** Allowed addresses, as parties of the port graph. */
export const addresses = (cidrs: readonly string[]): Party[] => cidrs.map((cidrBlock) => ({ cidrBlock }));

/** All addresses from which a load balancer can be reached. */
export const everybody = ({ ipAddressType }: ApplicationLoadBalancerOptions): string[] =>
  ipAddressType === "dualstack" ? ["0.0.0.0/0", "::/0"] : ["0.0.0.0/0"];

/** Types of the records that a load balancer's names need. */
export const addressTypes = ({ ipAddressType }: ApplicationLoadBalancerOptions): ("A" | "AAAA")[] =>
  ipAddressType === "dualstack" ? ["A", "AAAA"] : ["A"];
