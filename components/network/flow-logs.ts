import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Tags } from "../security-group";
import type { FlowLogOptions, NetworkTransform } from "./args";

/** What flow logs are made from. */
export interface FlowLogsArgs {
  vpcId: pulumi.Input<string>;
  region: pulumi.Input<string>;
  options: FlowLogOptions;
  tags: Tags | undefined;
  transform: NetworkTransform;
}

/** What may deliver flow logs: the service, for flow logs of this account and region only. */
export function flowLogTrust(partition: string, region: string, accountId: string) {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "vpc-flow-logs.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: {
          StringEquals: { "aws:SourceAccount": accountId },
          ArnLike: { "aws:SourceArn": `arn:${partition}:ec2:${region}:${accountId}:vpc-flow-log/*` },
        },
      },
    ],
  };
}

/** What delivering flow logs takes: writing streams of the one log group. */
export function flowLogPolicy(logGroupArn: string) {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        Resource: `${logGroupArn}:*`,
      },
    ],
  };
}

/** Records all connections of a VPC in a log group of its own. */
export function flowLogs(
  name: string,
  { vpcId, region, options, tags, transform }: FlowLogsArgs,
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): void {
  const { parent } = opts;
  const named = (key: string) => ({ ...tags, Name: `${name}-${key}` });
  const group = new aws.cloudwatch.LogGroup(
    `${name}-flow-logs`,
    { retentionInDays: options.retentionDays ?? 30, tags: named("flow-logs"), ...transform.flowLogGroup },
    opts,
  );
  const { partition } = aws.getPartitionOutput({}, { parent });
  const { accountId } = aws.getCallerIdentityOutput({}, { parent });
  const trust = pulumi
    .all([partition, region, accountId])
    .apply(([part, where, account]) => JSON.stringify(flowLogTrust(part, where, account)));
  const role = new aws.iam.Role(
    `${name}-flow-logs-role`,
    { assumeRolePolicy: trust, description: "Delivers VPC flow logs", tags: named("flow-logs-role") },
    opts,
  );
  const policy = new aws.iam.RolePolicy(
    `${name}-flow-logs-policy`,
    { role: role.id, policy: group.arn.apply((arn) => JSON.stringify(flowLogPolicy(arn))) },
    opts,
  );
  new aws.ec2.FlowLog(
    `${name}-flow-log`,
    {
      vpcId,
      trafficType: "ALL",
      logDestinationType: "cloud-watch-logs",
      logDestination: group.arn,
      iamRoleArn: role.arn,
      tags: named("flow-log"),
      ...transform.flowLog,
    },
    // What is delivered before the role may write is lost.
    { ...opts, dependsOn: policy },
  );
}
