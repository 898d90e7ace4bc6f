import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { mapValues } from "../map-values";
import type { NodeRole, NodeSecret } from "../node/args";
import { refuse } from "../refuse";
import { type NodeSecretsArgs, nodeSecretsErrors, parameterName } from "./args";

export { type NodeSecretsArgs, nodeSecretsErrors, type SecretContent, type SecretContents } from "./args";

/**
 * Secrets of nodes: SSM parameters, encrypted with a KMS key, below a path for each role. Give what {@link NodeSecrets.of} returns to
 * the nodes of that role as their `secrets`: they get the right to read those parameters and no others, and nothing of them is in user data.
 *
 *     const secrets = new NodeSecrets("secrets", {
 *       clusterName: "blue",
 *       secrets: { "consul-server": { token: { value: token, path: "/etc/cos/consul-token" } } },
 *     });
 *     new ConsulCluster("consul", { ...args, clusterName: "blue", secrets: secrets.of("consul-server") });
 */
export class NodeSecrets extends pulumi.ComponentResource {
  /** ARN of the KMS key of the parameters. */
  readonly kmsKeyArn: pulumi.Output<string>;
  /** Names of all parameters by role, then by the name of the secret. */
  readonly parameters: Readonly<Record<string, Readonly<Record<string, pulumi.Output<string>>>>>;
  /** Versions of all parameters, which changes of their values raise, by the parameters' names: for `ClusterSettings`. */
  readonly versions: pulumi.Output<Record<string, number>>;
  private readonly secrets: NodeSecretsArgs["secrets"];

  constructor(name: string, args: NodeSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("NodeSecrets", nodeSecretsErrors(args));
    super("cos:index:NodeSecrets", name, {}, opts);

    const { clusterName, secrets, tags, transform } = args;
    this.secrets = secrets;
    this.kmsKeyArn = pulumi.output(args.kmsKeyArn ?? this.key(name, args));
    const parameter = (role: NodeRole, secret: string, value: pulumi.Input<string>) =>
      new aws.ssm.Parameter(
        `${name}-${role}-${secret}`,
        {
          name: parameterName(clusterName, role, secret),
          type: "SecureString",
          keyId: this.kmsKeyArn,
          value: pulumi.secret(value),
          description: `What nodes of the role ${role} of ${clusterName} get as ${secret}`,
          tags: { ...tags, Name: `${name}-${role}-${secret}` },
          ...transform?.parameter,
        },
        { parent: this },
      );
    const parameters = mapValues(secrets, (contents, role) =>
      mapValues(contents, ({ value }, secret) => parameter(role, secret, value)),
    );
    this.parameters = mapValues(parameters, (of) => mapValues(of, ({ name: parameterName }) => parameterName));
    const pairs = Object.values(parameters).flatMap((of) =>
      Object.values(of).map((each) => pulumi.all([each.name, each.version])),
    );
    this.versions = pulumi.all(pairs).apply((of) => Object.fromEntries(of));
    this.registerOutputs({ kmsKeyArn: this.kmsKeyArn, parameters: this.parameters, versions: this.versions });
  }

  /** The secrets of a role, as `NodeOptions.secrets` takes them. */
  of(role: NodeRole): NodeSecret[] {
    return Object.entries(this.secrets[role] ?? {}).map(([secret, { path, owner }]) => ({
      // There is one for each.
      parameter: this.parameters[role]?.[secret] ?? "",
      path,
      owner,
      kmsKeyArn: this.kmsKeyArn,
    }));
  }

  private key(name: string, { clusterName, tags, transform }: NodeSecretsArgs): pulumi.Output<string> {
    return new aws.kms.Key(
      `${name}-key`,
      {
        description: `Secrets of the nodes of ${clusterName}`,
        enableKeyRotation: true,
        tags: { ...tags, Name: `${name}-key` },
        ...transform?.key,
      },
      { parent: this },
    ).arn;
  }
}
