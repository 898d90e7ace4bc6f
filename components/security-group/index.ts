import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Edge } from "../ports";
import { type Parties, type Party, rulesOf } from "./rules";

export type { Parties, Party } from "./rules";

/** Tags of a resource. */
export type Tags = Record<string, pulumi.Input<string>>;

/** A security group without rules; {@link allow} makes them. Its `Name` tag is the name of the resource. */
export function securityGroup(
  name: string,
  args: { vpcId: pulumi.Input<string>; description: string; tags?: Tags | undefined },
  opts: pulumi.CustomResourceOptions,
): aws.ec2.SecurityGroup {
  const { vpcId, description, tags } = args;
  return new aws.ec2.SecurityGroup(name, { vpcId, description, tags: { ...tags, Name: name } }, opts);
}

/**
 * Lets the parties connect along the edges of the port graph: a rule a resource, named `NAME-FROM-to-TO-PROTOCOL-PORT-ingress`
 * and `…-egress`.
 *
 * @returns the rules, for what must not start before they are there
 */
export function allow(
  name: string,
  edges: readonly Edge[],
  parties: Parties,
  opts: pulumi.CustomResourceOptions,
  tags?: Tags,
): pulumi.Resource[] {
  return rulesOf(edges, parties).map(({ key, direction, securityGroupId, peer, edge }) => {
    const args = {
      securityGroupId,
      ...peerOf(peer),
      ipProtocol: edge.protocol,
      fromPort: edge.fromPort,
      toPort: edge.toPort,
      description: edge.why,
      tags: { ...tags, Name: `${name}-${key}` },
    };
    return direction === "ingress"
      ? new aws.vpc.SecurityGroupIngressRule(`${name}-${key}`, args, opts)
      : new aws.vpc.SecurityGroupEgressRule(`${name}-${key}`, args, opts);
  });
}

function peerOf(peer: Party) {
  if ("securityGroupId" in peer) return { referencedSecurityGroupId: peer.securityGroupId };
  if ("prefixListId" in peer) return { prefixListId: peer.prefixListId };
  return peer.cidrBlock.includes(":") ? { cidrIpv6: peer.cidrBlock } : { cidrIpv4: peer.cidrBlock };
}
