import assert from "node:assert/strict";
import { volumeKeyPolicy } from "../../../components/node";

describe("volumeKeyPolicy", () => {
  it("leaves the key to the account, and lets Auto Scaling use and grant it for AWS's own resources only", () => {
    const autoScaling = {
      AWS: "arn:aws-cn:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
    };
    assert.deepEqual(volumeKeyPolicy("123456789012", "aws-cn"), {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "AccountManages",
          Effect: "Allow",
          Principal: { AWS: "arn:aws-cn:iam::123456789012:root" },
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
    });
  });
});
