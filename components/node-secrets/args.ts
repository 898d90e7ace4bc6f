import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type PropertyError, under } from "../checks";
import { nameErrors } from "../cluster-settings/servers";
import type { FileOwner, NodeRole } from "../node/args";
import { kmsKeyErrors, secretFileErrors } from "../node/parameters";
import type { Tags } from "../security-group";

/** A file with a secret, as nodes of a role get it. */
export interface SecretContent {
  /** What is in the file, at most 4096 bytes. A change reaches nodes that run within the hour, or at once where `ClusterSettings` is told of it. */
  value: pulumi.Input<string>;
  /** Absolute path of the file on nodes. */
  path: string;
  /** @default "root" */
  owner?: FileOwner | undefined;
}

/** Secrets by names of their own: letters, digits and `.-_`. */
export type SecretContents = Readonly<Record<string, SecretContent>>;

/** Arguments of {@link NodeSecrets}. */
export interface NodeSecretsArgs {
  /** Name of the cluster, unique in the account and region. A change replaces the parameters. */
  clusterName: string;
  /** What nodes of each role get. @default {} */
  secrets: Readonly<Partial<Record<NodeRole, SecretContents>>>;
  /**
   * ARN of a KMS key to encrypt the parameters with, which the account's IAM policies must be able to allow the use of.
   * @default a key that is made for them
   */
  kmsKeyArn?: pulumi.Input<string> | undefined;
  /** Tags of the key and the parameters. @default {} */
  tags?: Tags | undefined;
  /** Arguments of the resources, merged over those that the component makes. */
  transform?:
    { key?: Partial<aws.kms.KeyArgs> | undefined; parameter?: Partial<aws.ssm.ParameterArgs> | undefined } | undefined;
}

/** Name of the parameter that holds a secret of a role. A role may read what is below its own path alone. */
export function parameterName(clusterName: string, role: NodeRole, secret: string): string {
  return `/cos/${clusterName}/${role}/${secret}`;
}

/** What is wrong with the plain arguments of {@link NodeSecrets}. */
export function nodeSecretsErrors({ clusterName, secrets, kmsKeyArn }: NodeSecretsArgs): PropertyError[] {
  return [
    ...nameErrors("clusterName", clusterName),
    ...kmsKeyErrors("kmsKeyArn", kmsKeyArn),
    ...Object.entries(secrets).flatMap(([role, contents]) => under(`secrets.${role}`, contentErrors(contents))),
  ];
}

function contentErrors(contents: SecretContents): PropertyError[] {
  const names = Object.keys(contents);
  return [
    ...names.flatMap((name) => nameErrors(name, name)),
    ...secretFileErrors(Object.values(contents), (i) => names[i] ?? ""),
  ];
}
