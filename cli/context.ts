import { ConsulApi } from "../apis/consul";
import { loginToNomad, NomadApi } from "../apis/nomad";
import { UserError } from "./errors";
import type { ClusterOutputs, StackOutputs } from "./outputs";
import type { Terminal } from "./terminal";

/** What a command works with. */
export interface Context {
  terminal: Terminal;
  env: NodeJS.ProcessEnv;
  /** The outputs of the stack. */
  outputs(): Promise<StackOutputs>;
}

/** Exit codes: all is well, the thing asked about is not well, the command line makes no sense. */
export const exitCodes = { ok: 0, notWell: 1, usage: 2 } as const;

/** The API of the stack's Nomad. The token is that of the CLI's own variable, otherwise one of an operator. */
export function nomadOf({ nomadAddress, caPem, access }: StackOutputs, env: NodeJS.ProcessEnv): NomadApi {
  const trust = { ca: caPem };
  const login = access && (() => loginToNomad(nomadAddress, access.operator.nomadLogin, trust));
  return new NomadApi(nomadAddress, env.NOMAD_TOKEN ?? login, trust);
}

/** The API of the stack's Consul. The token is that of the CLI's own variable, otherwise that of operators. */
export function consulOf({ consulAddress, caPem, access }: StackOutputs, env: NodeJS.ProcessEnv): ConsulApi {
  return new ConsulApi(consulAddress, env.CONSUL_HTTP_TOKEN ?? access?.operator.consulToken, { ca: caPem });
}

/** The stack's cluster on AWS. @throws UserError where it has none */
export function clusterOf({ cluster }: StackOutputs): ClusterOutputs {
  if (cluster) return cluster;
  throw new UserError("The stack has no output `cluster`: this command is for clusters on AWS (cos:target: aws).");
}
