import { awsFunctions, awsOutputs } from "./mock-aws";
import { certificateOutputs } from "./mock-certificates";
import type { MockFunctions, MockOutputs } from "./mock-engine";

const privateKeys = awsOutputs["tls:index/privateKey:PrivateKey"] as (inputs: object, name: string) => object;

/** What a program that is rendered gets from resources: the same each time, where it is shown. */
export const mockOutputs: MockOutputs = {
  ...awsOutputs,
  ...certificateOutputs,
  "tls:index/privateKey:PrivateKey": (inputs, name) => ({
    ...privateKeys(inputs, name),
    publicKeyPem: `public key of ${name}\n`,
  }),
};
export const mockFunctions = awsFunctions;

/** The functions, and for all others what they are asked with, which names what is looked for. */
export function lenient(functions: MockFunctions): MockFunctions {
  return new Proxy(functions, {
    get: (known, token: string) => known[token] ?? ((asked: Record<string, unknown>) => ({ id: token, ...asked })),
  });
}
