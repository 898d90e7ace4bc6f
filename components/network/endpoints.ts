import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { edgesBetween } from "../ports";
import { allow, securityGroup, type Tags } from "../security-group";
import type { NetworkTransform } from "./args";

/** Where endpoints are, and of what. */
export interface EndpointArgs {
  vpcId: pulumi.Input<string>;
  /** The region's name. */
  region: pulumi.Output<string>;
  /** Services, by their short names. */
  services: readonly string[];
  tags: Tags | undefined;
  transform: NetworkTransform;
}

const serviceName = (region: pulumi.Output<string>, service: string): pulumi.Output<string> =>
  region.apply((name) => `com.amazonaws.${name}.${service}`);

/** Gateway endpoints: routes to a service's addresses, in all the route tables. */
export function gatewayEndpoints(
  name: string,
  args: EndpointArgs & { routeTableIds: pulumi.Output<string[]> },
  opts: pulumi.CustomResourceOptions,
): void {
  for (const service of args.services) {
    const key = `${name}-gateway-${service}`;
    new aws.ec2.VpcEndpoint(
      key,
      {
        vpcId: args.vpcId,
        vpcEndpointType: "Gateway",
        serviceName: serviceName(args.region, service),
        routeTableIds: args.routeTableIds,
        tags: { ...args.tags, Name: key },
        ...args.transform.gatewayEndpoint,
      },
      opts,
    );
  }
}

/**
 * Interface endpoints: addresses of a service in the subnets, under the service's own DNS name, open to the whole VPC on 443.
 *
 * @returns their security group's ID
 */
export function interfaceEndpoints(
  name: string,
  args: EndpointArgs & { cidrBlock: string; subnetIds: pulumi.Input<string>[] },
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const description = "VPC endpoints of AWS services";
  const group = securityGroup(`${name}-endpoints`, { vpcId: args.vpcId, description, tags: args.tags }, opts);
  // Every node of the VPC may call them, whatever its role: one rule for the block instead of one for each group.
  allow(
    `${name}-endpoints`,
    edgesBetween(["client"], ["endpoint"], ["tcp"], 443, "AWS APIs"),
    { client: [{ cidrBlock: args.cidrBlock }], endpoint: [{ securityGroupId: group.id }] },
    opts,
    args.tags,
  );
  for (const service of args.services) {
    const key = `${name}-interface-${service}`;
    new aws.ec2.VpcEndpoint(
      key,
      {
        vpcId: args.vpcId,
        vpcEndpointType: "Interface",
        serviceName: serviceName(args.region, service),
        subnetIds: args.subnetIds,
        securityGroupIds: [group.id],
        privateDnsEnabled: true,
        tags: { ...args.tags, Name: key },
        ...args.transform.interfaceEndpoint,
      },
      opts,
    );
  }
  return group.id;
}
