import * as pulumi from "@pulumi/pulumi";

/**
 * Environment variables by which AWS's own libraries, in commands that run beside the provider, go where the stack's `aws:` configuration
 * sends the provider: region, profile and, where one is named, Auto Scaling's endpoint. Credentials that only the provider has (keys in its
 * configuration, a role that it assumes) are not among them.
 */
export function awsEnvironment(region: pulumi.Input<string>): Record<string, pulumi.Input<string>> {
  const config = new pulumi.Config("aws");
  const profile = config.get("profile");
  const endpoints = config.getObject<{ autoscaling?: string }[]>("endpoints") ?? [];
  const endpoint = endpoints.find(({ autoscaling }) => autoscaling)?.autoscaling;
  return {
    AWS_REGION: region,
    ...(profile !== undefined && { AWS_PROFILE: profile }),
    ...(endpoint !== undefined && { AWS_ENDPOINT_URL_AUTO_SCALING: endpoint }),
  };
}
