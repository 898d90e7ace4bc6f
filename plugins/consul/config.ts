import { statSync } from "node:fs";
import { basicAuthorization, headersOfList, pem } from "../connection";
import type { InputsOf, Properties } from "../schema";
import type { Endpoint } from "../http-client";

/** The provider's inputs. */
export const configSchema = {
  address: { type: "string" },
  scheme: { type: "string" },
  datacenter: { type: "string" },
  token: { type: "string", secret: true },
  httpAuth: { type: "string", secret: true },
  headers: {
    type: { list: { object: { name: { type: "string", required: true }, value: { type: "string", required: true } } } },
    secret: true,
  },
  caFile: { type: "string" },
  caPem: { type: "string" },
  certFile: { type: "string" },
  certPem: { type: "string" },
  keyFile: { type: "string" },
  keyPem: { type: "string", secret: true },
  insecureHttps: { type: "boolean" },
  caPath: { type: "string", unimplemented: true },
  namespace: { type: "string", unimplemented: true },
  authJwt: { type: "any", unimplemented: true },
  authLoginAws: { type: "any", unimplemented: true },
} as const satisfies Properties;

/** How to reach a Consul agent, and the datacenter to ask about; none for the agent's own. */
export type Settings = Omit<Endpoint, "product" | "query"> & { datacenter: string };

/**
 * The settings of the provider's inputs, and of Consul's environment variables where an input is missing.
 *
 * @throws Error saying what is wrong with an input or a variable
 */
export function settingsOf(config: InputsOf<typeof configSchema>, env: NodeJS.ProcessEnv): Settings {
  const from = (...names: string[]) =>
    names.map((name) => env[name]).find((value) => value !== undefined && value !== "");
  const ca = pem("caPem", config.caPem, "caFile", config.caFile, fileOf(from("CONSUL_CA_FILE", "CONSUL_CACERT")));
  const cert = pem(
    "certPem",
    config.certPem,
    "certFile",
    config.certFile,
    from("CONSUL_CERT_FILE", "CONSUL_CLIENT_CERT"),
  );
  const key = pem("keyPem", config.keyPem, "keyFile", config.keyFile, from("CONSUL_KEY_FILE", "CONSUL_CLIENT_KEY"));
  const secure = from("CONSUL_HTTP_SSL") === "true" ? "https" : undefined;
  const scheme = config.scheme ?? from("CONSUL_SCHEME", "CONSUL_HTTP_SCHEME") ?? secure;
  const address = addressOf(config.address ?? from("CONSUL_ADDRESS", "CONSUL_HTTP_ADDR") ?? "localhost:8500", scheme);
  const insecure = config.insecureHttps ?? false;
  if (insecure && address.protocol !== "https:") {
    throw new Error("insecure_https is meant to be used when scheme is https");
  }
  const unverified = insecure || from("CONSUL_HTTP_SSL_VERIFY") === "false";
  const headers = headersOfList(config.headers ?? []);
  const token = config.token ?? from("CONSUL_TOKEN", "CONSUL_HTTP_TOKEN");
  if (token !== undefined && token !== "") headers["X-Consul-Token"] = token;
  const auth = config.httpAuth ?? from("CONSUL_HTTP_AUTH");
  if (auth !== undefined && auth !== "") headers["Authorization"] = basicAuthorization(auth);
  return {
    address,
    datacenter: config.datacenter ?? "",
    headers,
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(unverified ? { rejectUnauthorized: false } : {}),
    },
  };
}

// Consul's own variable may name a directory, which the real plugin would search.
function fileOf(path: string | undefined): string | undefined {
  if (path === undefined || statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return path;
  throw new Error(`the stand-in consul plugin does not implement directories of certificates, but ${path} is one`);
}

// `HOST:PORT`, or a URL, whose scheme counts before the one given.
function addressOf(text: string, scheme = "http"): URL {
  if (scheme !== "http" && scheme !== "https") throw new Error(`scheme must be http or https, but is "${scheme}"`);
  const url = text.includes("://") ? text : `${scheme}://${text}`;
  const wrong = `address must be such as 127.0.0.1:8500 or http://127.0.0.1:8500, but is "${text}"`;
  if (!URL.canParse(url)) throw new Error(wrong);
  const parsed = new URL(url);
  if (parsed.protocol === "http:" || parsed.protocol === "https:") return parsed;
  throw new Error(
    `the stand-in consul plugin does not implement addresses with ${parsed.protocol}, only http: and https:`,
  );
}
