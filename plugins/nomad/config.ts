import { checkServerIdentity, type ConnectionOptions } from "node:tls";
import { basicAuthorization, headersOfList, pem } from "../connection";
import type { InputsOf, Properties } from "../schema";

/** The provider's inputs. */
export const configSchema = {
  address: { type: "string" },
  region: { type: "string" },
  secretId: { type: "string", secret: true },
  headers: {
    type: { list: { object: { name: { type: "string", required: true }, value: { type: "string", required: true } } } },
    secret: true,
  },
  httpAuth: { type: "string", secret: true },
  caFile: { type: "string" },
  caPem: { type: "string" },
  certFile: { type: "string" },
  certPem: { type: "string" },
  keyFile: { type: "string" },
  keyPem: { type: "string", secret: true },
  skipVerify: { type: "boolean" },
  ignoreEnvVars: { type: { map: "boolean" } },
  authJwt: { type: "any", unimplemented: true },
} as const satisfies Properties;

/** How to reach a Nomad agent. */
export interface Settings {
  /** Root of the HTTP API. */
  address: URL;
  region: string;
  headers: Record<string, string | string[]>;
  tls: ConnectionOptions;
}

/**
 * The settings of the provider's inputs, and of Nomad's environment variables where an input is missing.
 *
 * @throws Error saying what is wrong with an input or a variable
 */
export function settingsOf(config: InputsOf<typeof configSchema>, env: NodeJS.ProcessEnv): Settings {
  const ignored = config.ignoreEnvVars ?? {};
  const from = (name: string) => (ignored[name] === true || env[name] === "" ? undefined : env[name]);
  return {
    address: addressOf(config.address ?? env["NOMAD_ADDR"] ?? ""),
    region: config.region ?? from("NOMAD_REGION") ?? "",
    headers: headersOf(config, from),
    tls: tlsOf(config, from),
  };
}

function addressOf(text: string): URL {
  if (text === "") throw new Error("address must be provided either in provider configuration or via NOMAD_ADDR");
  if (!URL.canParse(text)) throw new Error(`address must be a URL such as http://127.0.0.1:4646, but is "${text}"`);
  const url = new URL(text);
  if (url.protocol === "http:" || url.protocol === "https:") return url;
  throw new Error(`the stand-in nomad plugin does not implement addresses with ${url.protocol}, only http: and https:`);
}

type Lookup = (name: string) => string | undefined;

function headersOf(config: InputsOf<typeof configSchema>, from: Lookup): Settings["headers"] {
  const headers = headersOfList(config.headers ?? []);
  const token = config.secretId ?? from("NOMAD_TOKEN");
  if (token !== undefined && token !== "") headers["X-Nomad-Token"] = token;
  const auth = config.httpAuth ?? from("NOMAD_HTTP_AUTH");
  if (auth !== undefined && auth !== "") headers["Authorization"] = basicAuthorization(auth);
  return headers;
}

function tlsOf(config: InputsOf<typeof configSchema>, from: Lookup): ConnectionOptions {
  const ca = pem("caPem", config.caPem, "caFile", config.caFile, from("NOMAD_CACERT"));
  const cert = pem("certPem", config.certPem, "certFile", config.certFile, from("NOMAD_CLIENT_CERT"));
  const key = pem("keyPem", config.keyPem, "keyFile", config.keyFile, from("NOMAD_CLIENT_KEY"));
  const skip = config.skipVerify ?? ["1", "true"].includes(from("NOMAD_SKIP_VERIFY") ?? "");
  const name = from("NOMAD_TLS_SERVER_NAME");
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(skip ? { rejectUnauthorized: false } : {}),
    ...(name === undefined
      ? {}
      : { servername: name, checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate) }),
  };
}
