import type * as pulumi from "@pulumi/pulumi";
import { type PropertyError, repeated } from "../checks";
import { pathError } from "./mounts";
import type { PolicyStatement } from "./policy";

/** Who may read a file on a node: root, or the user that an agent runs as. */
export type FileOwner = "root" | "consul" | "nomad";

/** A secret that nodes fetch from SSM Parameter Store at every boot, before their agents start. It is nowhere in user data. */
export interface NodeSecret {
  /** Name of the parameter, in this account and region, beginning with `/`. A `SecureString` is decrypted. */
  parameter: pulumi.Input<string>;
  /**
   * File that its value goes to, absolute, readable by its owner alone; so is its directory where there was none. Agents read what is in
   * /etc/consul.d and /etc/nomad.d.
   */
  path: string;
  /** @default "root" */
  owner?: FileOwner | undefined;
  /** ARN of the KMS key that the parameter is encrypted with. @default the account's key for SSM, which needs no right */
  kmsKeyArn?: pulumi.Input<string> | undefined;
}

/** A secret in the file that the boot program reads. */
export interface SecretFile {
  parameter: pulumi.Input<string>;
  path: string;
  owner: FileOwner;
}

/** Secrets for the boot program. */
export function secretFiles(secrets: readonly NodeSecret[] = []): SecretFile[] {
  return secrets.map(({ parameter, path, owner }) => ({ parameter, path, owner: owner ?? "root" }));
}

/**
 * The rights to read parameters, none where there are no parameters.
 *
 * @param names of all parameters
 * @param arn makes the ARN of a parameter of that name
 */
export function parameterStatements(
  names: readonly pulumi.Input<string>[],
  secrets: readonly NodeSecret[],
  arn: (name: pulumi.Input<string>) => pulumi.Input<string>,
): (PolicyStatement & { sid: (typeof parameterSids)[number] })[] {
  if (names.length === 0) return [];
  const encrypted = secrets.flatMap(({ parameter, kmsKeyArn: key }) => (key === undefined ? [] : [{ parameter, key }]));
  return [
    { sid: "ReadParameters", actions: ["ssm:GetParameter"], resources: names.map(arn) },
    ...(encrypted.length === 0
      ? []
      : [
          {
            sid: "DecryptParameters" as const,
            actions: ["kms:Decrypt"],
            resources: [...new Set(encrypted.map(({ key }) => key))],
            // What Parameter Store encrypts carries its parameter's ARN. Source: the Systems Manager user guide, "KMS encryption for
            // Parameter Store SecureString parameters".
            conditions: {
              StringEquals: {
                "kms:EncryptionContext:PARAMETER_ARN": encrypted.map(({ parameter }) => arn(parameter)),
              },
            },
          },
        ]),
  ];
}

/** Names of the statements above. */
export const parameterSids = ["ReadParameters", "DecryptParameters"] as const;

/** Files of the component that no secret may overwrite. */
const ownFiles = ["/etc/cos/node.json", "/etc/consul.d/cos.json", "/etc/nomad.d/cos.json"];

/** What is wrong with secrets. */
export function secretErrors(secrets: readonly NodeSecret[]): PropertyError[] {
  const at = (i: number) => `secrets[${i}]`;
  return [
    ...secrets.flatMap(({ parameter, kmsKeyArn }, i) => [
      ...parameterErrors(`${at(i)}.parameter`, parameter),
      ...kmsKeyErrors(`${at(i)}.kmsKeyArn`, kmsKeyArn),
    ]),
    ...secretFileErrors(secrets, at),
  ];
}

function parameterErrors(propertyPath: string, parameter: pulumi.Input<string>): PropertyError[] {
  if (typeof parameter !== "string" || /^(\/[A-Za-z0-9._-]+)+$/.test(parameter)) return [];
  const reason = `must be the name of an SSM parameter that begins with /, such as /cos/gossip, got "${parameter}"`;
  return [{ propertyPath, reason }];
}

/**
 * What is wrong with the files that secrets go to.
 *
 * @param at the property that a secret is in
 */
export function secretFileErrors(
  files: readonly Pick<NodeSecret, "path" | "owner">[],
  at: (i: number) => string,
): PropertyError[] {
  const each = files.flatMap(({ path, owner }, i): PropertyError[] => [
    ...pathError(`${at(i)}.path`, path),
    ...(ownFiles.includes(path)
      ? [{ propertyPath: `${at(i)}.path`, reason: `"${path}" is a file that the component writes` }]
      : []),
    ...(owner !== undefined && !["root", "consul", "nomad"].includes(owner)
      ? [{ propertyPath: `${at(i)}.owner`, reason: `must be root, consul or nomad, got "${owner}"` }]
      : []),
  ]);
  const twice = repeated(files.map(({ path }) => path)).flatMap(({ value, indexes: [first = 0, ...others] }) =>
    others.map((i) => ({ propertyPath: `${at(i)}.path`, reason: `"${value}" is ${at(first)}.path too` })),
  );
  return [...each, ...twice];
}

/** What is wrong with the ARN of a KMS key. */
export function kmsKeyErrors(propertyPath: string, arn: pulumi.Input<string> | undefined): PropertyError[] {
  if (typeof arn !== "string" || /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/.+$/.test(arn)) return [];
  return [{ propertyPath, reason: `must be the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID), got "${arn}"` }];
}
