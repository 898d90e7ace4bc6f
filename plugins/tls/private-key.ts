import { createHash, createPublicKey } from "node:crypto";
import { resource } from "../stand-in";
import { UNKNOWN } from "../value";
import { algorithms, curves, generateKey, type KeyAlgorithm } from "./keys";

export const privateKey = resource<null>()({
  inputs: {
    algorithm: { type: "string", required: true, replaces: true },
    ecdsaCurve: { type: "string", default: "P224", replaces: true },
    rsaBits: { type: "integer", default: 2048, replaces: true },
  },
  // Not those in the form of OpenSSH, nor fingerprints.
  outputs: { privateKeyPem: "secret", privateKeyPemPkcs8: "secret", publicKeyPem: "plain" },

  check({ algorithm, ecdsaCurve }) {
    if (algorithm === UNKNOWN || algorithm === undefined) return [];
    if (!algorithms.some((each) => each === algorithm)) {
      return [{ property: "algorithm", reason: `"algorithm" must be one of ${algorithms.join(", ")}` }];
    }
    if (algorithm !== "ECDSA" || typeof ecdsaCurve !== "string" || ecdsaCurve in curves) return [];
    const reason = `"ecdsaCurve" must be one of ${Object.keys(curves).join(", ")}: the stand-in tls plugin implements no other`;
    return [{ property: "ecdsaCurve", reason }];
  },

  create({ algorithm, ecdsaCurve, rsaBits }) {
    const key = generateKey(algorithm as KeyAlgorithm, ecdsaCurve, rsaBits);
    // As Go writes them: keys of a kind in the form of that kind.
    const form = algorithm === "RSA" ? "pkcs1" : algorithm === "ECDSA" ? "sec1" : "pkcs8";
    const publicKeyPem = createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
    const outputs = {
      privateKeyPem: key.export({ type: form, format: "pem" } as { type: "pkcs8"; format: "pem" }).toString(),
      privateKeyPemPkcs8: key.export({ type: "pkcs8", format: "pem" }).toString(),
      publicKeyPem,
    };
    return Promise.resolve({ id: createHash("sha1").update(publicKeyPem).digest("hex"), outputs });
  },
});
