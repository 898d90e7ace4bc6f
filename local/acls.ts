import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { defaultAnonymousPolicies, defaultNamespaces } from "../components/consul-acl/args";
import { consulPolicies } from "../components/consul-acl/policies";
import { apiVariables } from "./apis";
import { type Installation, UserError } from "./installation";
import type { Security } from "./security";

/** Has Nomad take its management token. May run again. @throws UserError with Nomad's reason */
export const beginNomadAcl = (installation: Installation, security: Security) =>
  run(installation, security, "nomad-acl");

/** Makes Consul's policies, and has it take the identities of Nomad's tasks, where they are missing: Nomad must be there. @throws UserError with Consul's reason */
export const settleConsulAcl = (installation: Installation, security: Security) =>
  run(installation, security, "consul-acl", {
    COS_CONSUL_ACL: JSON.stringify({
      ...{
        cluster: "local",
        policies: consulPolicies("local"),
        tokens: {},
        anonymousPolicies: defaultAnonymousPolicies,
      },
      workloads: {
        jwksUrl: `${installation.nomadAddress.origin}/.well-known/jwks.json`,
        caPem: security.certificates.authorities,
        namespaces: defaultNamespaces,
      },
    }),
  });

/** Runs what the component of that name runs. */
async function run(
  installation: Installation,
  { certificates }: Security,
  component: "nomad-acl" | "consul-acl",
  variables: Record<string, string> = {},
): Promise<void> {
  const program = `import { main } from "pulumi-cos/${component}"; await main();`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: installation.root,
    env: {
      ...{ PATH: process.env.PATH, COS_CA_PEM: certificates.authorities, COS_TIMEOUT_SECONDS: "30" },
      ...apiVariables(installation),
      ...variables,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const said = await text(child.stderr);
  if ((await ended) !== 0) throw new UserError(said.trim());
}
