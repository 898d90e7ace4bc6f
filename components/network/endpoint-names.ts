/** Services that AWS offers gateway endpoints for. */
export const gatewayEndpointNames = ["s3", "dynamodb"] as const;
/** A service that AWS offers a gateway endpoint for: `s3` or `dynamodb`. */
export type GatewayEndpoint = (typeof gatewayEndpointNames)[number];

/**
 * Services that nodes of a cluster and the tasks on them commonly call. Source: the PrivateLink guide, "AWS services that
 * integrate with AWS PrivateLink". For any other, make an `aws.ec2.VpcEndpoint` with the network's `endpointSecurityGroupId`.
 */
export const interfaceEndpointNames = [
  "autoscaling",
  "ec2",
  "ec2messages",
  "ecr.api",
  "ecr.dkr",
  "elasticfilesystem",
  "elasticloadbalancing",
  "events",
  "execute-api",
  "kinesis-streams",
  "kms",
  "lambda",
  "logs",
  "monitoring",
  "secretsmanager",
  "sns",
  "sqs",
  "ssm",
  "ssmmessages",
  "states",
  "sts",
  "xray",
] as const;
/** A service that AWS offers an interface endpoint for, as in its name: `ssm`, `ecr.api`, … */
export type InterfaceEndpoint = (typeof interfaceEndpointNames)[number];
