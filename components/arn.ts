import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/**
 * Makes ARNs of resources in the account and region of the provider.
 *
 * @param opts what decides on the provider: the parent
 * @returns a function of a service and of the ARN's last part, such as `ecr` and `repository/*`
 */
export function regionalArns(
  opts: pulumi.InvokeOutputOptions,
): (service: string, resource: pulumi.Input<string>) => pulumi.Output<string> {
  const { partition } = aws.getPartitionOutput({}, opts);
  const { region } = aws.getRegionOutput({}, opts);
  const { accountId } = aws.getCallerIdentityOutput({}, opts);
  return (service, resource) => pulumi.interpolate`arn:${partition}:${service}:${region}:${accountId}:${resource}`;
}
