import type * as pulumi from "@pulumi/pulumi";
import type { PropertyError } from "../checks";
import { healthSids } from "./health";
import { parameterSids } from "./parameters";

/** A statement of an IAM policy. */
export interface PolicyStatement {
  /** Letters and digits, unique in the policy. @default none */
  sid?: string | undefined;
  /** @default "Allow" */
  effect?: "Allow" | "Deny" | undefined;
  /** IAM actions, such as `s3:GetObject`. */
  actions: string[];
  /** ARNs. */
  resources: pulumi.Input<string>[];
  /** Conditions in IAM's own form: operator, key, value. @default none */
  conditions?: Record<string, Record<string, pulumi.Input<string | pulumi.Input<string>[]>>> | undefined;
}

/** What every node may do: find other nodes, and be logged in to by SSM Session Manager. */
const nodeStatements: readonly PolicyStatement[] = [
  {
    sid: "FindNodes",
    // The API has no narrower resource. Source: the service authorization reference for Amazon EC2.
    actions: ["ec2:DescribeInstances"],
    resources: ["*"],
  },
  {
    sid: "SessionManager",
    // What an instance profile for Session Manager needs, without S3, logs and keys; channels have no resource. Source:
    // the Systems Manager user guide, "Verify or add instance permissions for Session Manager".
    actions: [
      "ssm:UpdateInstanceInformation",
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ],
    resources: ["*"],
  },
];

/**
 * What a client may tell Auto Scaling of itself: that it is unhealthy, where it cannot start at its first boot, so that another is put
 * in its place; and, when it is ended, that it still drains, or has left. An ARN has no tags of instances, so the group's tags say whose.
 *
 * @param groups ARN of all groups
 * @param tags those that the client's own group has, and no other's
 */
export function groupStatement(groups: pulumi.Input<string>, tags: Record<string, string>): PolicyStatement {
  return {
    sid: groupSid,
    actions: [
      "autoscaling:CompleteLifecycleAction",
      "autoscaling:RecordLifecycleActionHeartbeat",
      "autoscaling:SetInstanceHealth",
    ],
    resources: [groups],
    conditions: {
      StringEquals: Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value])),
    },
  };
}

const groupSid = "TellAutoScaling";

/** Names of the statements that client pools add, where options ask for them. */
export const poolSids = ["RegistryLogin", "PullImages", "ListBuckets", "ReadObjects", "WriteObjects"] as const;

/** Name of the statement that Nomad's servers have where a KMS key encrypts their keyring. */
export const keyringSid = "UseKeyringKey";

/** An IAM policy document; `JSON.stringify` makes it what AWS takes. */
export interface PolicyDocument {
  Version: "2012-10-17";
  Statement: object[];
}

/** A policy document of these statements. */
export function policyDocument(statements: readonly PolicyStatement[]): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: statements.map(({ sid, effect, actions, resources, conditions }) => ({
      ...(sid !== undefined && { Sid: sid }),
      Effect: effect ?? "Allow",
      Action: actions,
      Resource: resources,
      ...(conditions && { Condition: conditions }),
    })),
  };
}

/** The inline policy of a group's role: what every node may do, and further statements. */
export function nodePolicy(further: readonly PolicyStatement[] = []): PolicyDocument {
  return policyDocument([...nodeStatements, ...further]);
}

/** The trust policy of a group's role: EC2 instances take it. EC2's name is the same in every partition. */
export const trustPolicy = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } }],
} as const;

/**
 * A policy for a KMS key that encrypts volumes of nodes: the account's administrators manage it as they may any key, and Auto
 * Scaling's service-linked role may use it, which starting instances with encrypted volumes takes. Source: the EC2 Auto Scaling
 * user guide, "Required AWS KMS key policy for use with encrypted volumes".
 *
 * @param partition `aws`, `aws-cn` or `aws-us-gov`
 */
export function volumeKeyPolicy(accountId: string, partition = "aws"): object {
  const arn = `arn:${partition}:iam::${accountId}`;
  const autoScaling = {
    AWS: `${arn}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
  };
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AccountManages",
        Effect: "Allow",
        Principal: { AWS: `${arn}:root` },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Sid: "AutoScalingUses",
        Effect: "Allow",
        Principal: autoScaling,
        Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        Resource: "*",
      },
      {
        Sid: "AutoScalingGrants",
        Effect: "Allow",
        Principal: autoScaling,
        Action: "kms:CreateGrant",
        Resource: "*",
        Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
      },
    ],
  };
}

/** What is wrong with further statements and managed policies. */
export function policyErrors(
  statements: readonly PolicyStatement[],
  managed: Record<string, pulumi.Input<string>>,
): PropertyError[] {
  const errors: PropertyError[] = [];
  const own = "a statement of the component";
  const sids = new Map<string, string>();
  for (const sid of [
    ...nodeStatements.map((statement) => statement.sid ?? ""),
    ...parameterSids,
    groupSid,
    ...healthSids,
    ...poolSids,
    keyringSid,
  ]) {
    sids.set(sid, own);
  }
  statements.forEach(({ sid, effect, actions, resources }, i) => {
    const at = `policyStatements[${i}]`;
    const add = (property: string, reason: string) => errors.push({ propertyPath: `${at}.${property}`, reason });
    if (actions.length === 0) add("actions", "must name at least one action");
    if (resources.length === 0) add("resources", "must name at least one ARN");
    if (effect !== undefined && !["Allow", "Deny"].includes(effect)) {
      add("effect", `must be "Allow" or "Deny", got "${effect}"`);
    }
    if (sid === undefined) return;
    if (!/^[A-Za-z0-9]+$/.test(sid)) add("sid", `must be of letters and digits, got "${sid}"`);
    const other = sids.get(sid);
    if (other !== undefined) add("sid", `"${sid}" is the name of ${other}`);
    sids.set(sid, at);
  });
  for (const [name, arn] of Object.entries(managed)) {
    if (typeof arn === "string" && !/^arn:[a-z-]+:iam::(\d{12}|aws):policy\/.+$/.test(arn)) {
      const reason = `must be the ARN of a managed policy, such as arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy, got "${arn}"`;
      errors.push({ propertyPath: `policies.${name}`, reason });
    }
  }
  return errors;
}
