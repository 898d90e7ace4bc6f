import type * as pulumi from "@pulumi/pulumi";

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
  /** Condition block in IAM's own form. @default none */
  conditions?: Record<string, Record<string, pulumi.Input<string | string[]>>> | undefined;
}
