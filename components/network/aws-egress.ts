import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Tags } from "../security-group";
import type { NetworkTransform } from "./args";
import { mergeRanges } from "./aws-ranges";

/** A route table, and the way out for what is in its subnet. */
export interface AwsRoute {
  /** Part of the route's resource name. */
  key: string;
  routeTableId: pulumi.Input<string>;
  natGatewayId: pulumi.Input<string>;
}

/** What the routes to AWS are made from. */
export interface AwsEgressArgs {
  region: pulumi.Output<string>;
  /** Number of the prefix list's entries at most. */
  maxEntries: number;
  routes: readonly AwsRoute[];
  tags: Tags | undefined;
  transform: NetworkTransform;
}

/** Routes to AWS's addresses in the region: one prefix list, and a route to it in each route table. */
export function awsEgress(
  name: string,
  { region, maxEntries, routes, tags, transform }: AwsEgressArgs,
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): void {
  const ranges = aws.getIpRangesOutput(
    { services: ["amazon"], regions: region.apply((one) => [one]) },
    { parent: opts.parent },
  );
  const list = new aws.ec2.ManagedPrefixList(
    `${name}-aws`,
    {
      addressFamily: "IPv4",
      // Fixed: routes to the list count as many as it could have, and it must not outgrow the quota some day.
      maxEntries,
      entries: ranges.cidrBlocks.apply((blocks) => mergeRanges(blocks, maxEntries).map((cidr) => ({ cidr }))),
      tags: { ...tags, Name: `${name}-aws` },
      ...transform.awsPrefixList,
    },
    opts,
  );
  for (const { key, routeTableId, natGatewayId } of routes) {
    new aws.ec2.Route(`${name}-${key}-aws`, { routeTableId, destinationPrefixListId: list.id, natGatewayId }, opts);
  }
}
