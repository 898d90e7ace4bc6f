import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, webcrypto } from "node:crypto";

/** Algorithms of keys, as the real plugin names them. */
export const algorithms = ["RSA", "ECDSA", "ED25519"] as const;
export type KeyAlgorithm = (typeof algorithms)[number];

/** Curves of ECDSA, as the real plugin and as Node names them. The real one's default, P224, is not one of Web Crypto's. */
export const curves: Readonly<Record<string, string>> = { P256: "P-256", P384: "P-384", P521: "P-521" };

/** The algorithm of signatures by an elliptic curve. */
const curveHash: Readonly<Record<string, string>> = { "P-256": "SHA-256", "P-384": "SHA-384", "P-521": "SHA-512" };
const curveOfNode: Readonly<Record<string, string>> = { prime256v1: "P-256", secp384r1: "P-384", secp521r1: "P-521" };

export function generateKey(algorithm: KeyAlgorithm, curve: string, rsaBits: number): KeyObject {
  if (algorithm === "RSA") return generateKeyPairSync("rsa", { modulusLength: rsaBits }).privateKey;
  if (algorithm === "ED25519") return generateKeyPairSync("ed25519").privateKey;
  return generateKeyPairSync("ec", { namedCurve: curves[curve] ?? curve }).privateKey;
}

/** A pair of keys for Web Crypto, which makes certificates. */
export interface SigningKeys extends webcrypto.CryptoKeyPair {
  algorithm: KeyAlgorithm;
  /** How it signs. */
  signing: Signing;
}

interface Signing {
  name: string;
  hash: string;
  namedCurve: string;
}

/** @throws Error for what is no private key */
export async function signingKeys(pem: string): Promise<SigningKeys> {
  const key = createPrivateKey(pem);
  const signing = signingOf(key);
  const { subtle } = webcrypto;
  const exported = { type: "pkcs8", format: "der" } as const;
  const publicExported = { type: "spki", format: "der" } as const;
  return {
    algorithm: algorithmOf(key),
    signing,
    privateKey: await subtle.importKey("pkcs8", key.export(exported), signing, false, ["sign"]),
    publicKey: await subtle.importKey("spki", createPublicKey(key).export(publicExported), signing, true, ["verify"]),
  };
}

function algorithmOf({ asymmetricKeyType }: KeyObject): KeyAlgorithm {
  if (asymmetricKeyType === "ec") return "ECDSA";
  if (asymmetricKeyType === "rsa") return "RSA";
  if (asymmetricKeyType === "ed25519") return "ED25519";
  throw new Error(`the stand-in tls plugin does not implement keys of ${asymmetricKeyType ?? "this kind"}`);
}

function signingOf(key: KeyObject): Signing {
  const algorithm = algorithmOf(key);
  const others = { hash: "SHA-256", namedCurve: "" };
  if (algorithm === "ED25519") return { name: "Ed25519", ...others };
  if (algorithm === "RSA") return { name: "RSASSA-PKCS1-v1_5", ...others };
  const { namedCurve = "" } = key.asymmetricKeyDetails ?? {};
  const curve = curveOfNode[namedCurve];
  if (curve === undefined) throw new Error(`the stand-in tls plugin does not implement the curve ${namedCurve}`);
  return { name: "ECDSA", namedCurve: curve, hash: curveHash[curve] ?? "" };
}
