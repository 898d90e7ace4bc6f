import type * as pulumi from "@pulumi/pulumi";
import { keyringSid, type PolicyStatement } from "../node/policy";

/**
 * What servers may do with the key of their keyring. Nomad gives no encryption context, so that nothing that has one, such as parameters of SSM, is decrypted
 * by this. Source: go-kms-wrapping 2.0.11, awskms.go.
 */
export const keyringStatement = (kmsKeyArn: pulumi.Input<string>): PolicyStatement => ({
  sid: keyringSid,
  actions: ["kms:DescribeKey", "kms:Encrypt", "kms:Decrypt"],
  resources: [kmsKeyArn],
  conditions: { Null: { "kms:EncryptionContextKeys": "true" } },
});
