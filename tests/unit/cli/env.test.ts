import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { addresses } from "../../../cli/verbs/addresses";
import { quote } from "../../../cli/shell";
import { env } from "../../../cli/verbs/env";
import { HttpDouble } from "../../support/http-double";
import { useDirectory } from "../../support/directory";
import { contextWith } from "./context";
import { clusterOutputs, stackOutputs } from "./outputs";

describe("pulumi-cos env", () => {
  const directory = useDirectory("env");
  type Variables = Record<"CONSUL_CACERT" | "NOMAD_CACERT", string>;
  const existing = { consulAddress: "http://127.0.0.1:8500", nomadAddress: "http://127.0.0.1:4646" };

  it("exports what the CLIs read", async () => {
    const { context, written } = contextWith(stackOutputs());
    assert.equal(await env(context, {}), 0);
    assert.equal(
      written.out,
      "export CONSUL_HTTP_ADDR=http://api.example:8500\n" +
        "export NOMAD_ADDR=http://api.example:4646\n" +
        "export NOMAD_REGION=eu-central-1\n" +
        "unset CONSUL_CACERT CONSUL_HTTP_TOKEN NOMAD_CACERT NOMAD_TOKEN\n",
    );
  });

  it("names a file with the authorities of the APIs, by which alone the CLIs take them", async () => {
    const caPem = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n";
    const { context, written } = contextWith({ ...stackOutputs(), caPem }, { XDG_CACHE_HOME: directory.path });
    for (let i = 0; i < 2; i++) await env(context, { json: true });
    const [first, second] = written.out.split(/(?<=^})\n/m).map((text) => JSON.parse(text || "{}") as Variables);
    assert.deepEqual(first, second);
    assert.equal(first?.CONSUL_CACERT, first?.NOMAD_CACERT);
    assert.equal(readFileSync(first?.CONSUL_CACERT ?? "", "utf8"), caPem);
    assert.deepEqual(readdirSync(dirname(first?.CONSUL_CACERT ?? "")).length, 1);
  });

  it("has the addresses that the APIs have while they are forwarded", async () => {
    const outputs = {
      ...stackOutputs(),
      consulAddress: "https://api.example:8501",
      nomadAddress: "https://api.example",
    };
    const { context, written } = contextWith(outputs);
    await env(context, { json: true, forwarded: true });
    const { CONSUL_HTTP_ADDR, NOMAD_ADDR } = JSON.parse(written.out) as Record<string, string>;
    assert.deepEqual([CONSUL_HTTP_ADDR, NOMAD_ADDR], ["https://localhost:8501", "https://localhost:443"]);
  });

  it("has tokens of an operator, Nomad's by its login, and says where there is none", async () => {
    const nomad = new HttpDouble();
    await nomad.start();
    nomad.answers["/v1/acl/login"] = ({ body }) => {
      const { AuthMethodName, LoginToken } = JSON.parse(body) as Record<string, string>;
      const isRight = AuthMethodName === "cos" && LoginToken === "proof";
      return isRight ? { body: { SecretID: "of Nomad" } } : { status: 401, body: "no" };
    };
    try {
      const access = (nomadLogin: string) => ({
        operator: { consulToken: "of Consul", nomadLogin },
        "read-only": { consulToken: "no", nomadLogin: "no" },
      });
      const outputs = { ...stackOutputs(), nomadAddress: nomad.url };
      const one = contextWith({ ...outputs, access: access("proof") });
      assert.equal(await env(one.context, { json: true }), 0);
      const { CONSUL_HTTP_TOKEN, NOMAD_TOKEN } = JSON.parse(one.written.out) as Record<string, string>;
      assert.deepEqual([CONSUL_HTTP_TOKEN, NOMAD_TOKEN], ["of Consul", "of Nomad"]);
      const other = contextWith({ ...outputs, access: access("another") });
      assert.equal(await env(other.context, {}), 1);
      assert.match(other.written.notes.join(), /^There is no token of Nomad: /);
      assert.match(other.written.out, /^unset .*NOMAD_TOKEN/m);
    } finally {
      await nomad.stop();
    }
  });

  it("removes what another cluster has and this has not", async () => {
    const { context, written } = contextWith(existing);
    await env(context, {});
    assert.equal(
      written.out,
      "export CONSUL_HTTP_ADDR=http://127.0.0.1:8500\nexport NOMAD_ADDR=http://127.0.0.1:4646\nunset CONSUL_CACERT NOMAD_CACERT NOMAD_REGION\n",
    );
  });

  it("takes it back without asking for outputs", async () => {
    const { context, written } = contextWith(existing);
    context.outputs = () => Promise.reject(new Error("asked"));
    assert.equal(await env(context, { unset: true }), 0);
    assert.equal(
      written.out,
      "unset CONSUL_HTTP_ADDR CONSUL_CACERT CONSUL_HTTP_TOKEN NOMAD_ADDR NOMAD_CACERT NOMAD_TOKEN NOMAD_REGION\n",
    );
  });

  it("is JSON on demand", async () => {
    const { context, written } = contextWith(stackOutputs());
    await env(context, { json: true });
    assert.deepEqual(JSON.parse(written.out), {
      CONSUL_HTTP_ADDR: "http://api.example:8500",
      NOMAD_ADDR: "http://api.example:4646",
      NOMAD_REGION: "eu-central-1",
    });
  });

  it("quotes for the shell whatever there is", () => {
    for (const text of ["", "a b", "it's", "$(rm -rf /)", "`x`", 'a"b\\c', "x\ny", "http://a:1/b?c=d&e", "~", "*"]) {
      assert.equal(execFileSync("sh", ["-c", `printf %s ${quote(text)}`], { encoding: "utf8" }), text);
    }
  });
});

describe("pulumi-cos addresses", () => {
  it("has the ingress, the APIs and their UIs", async () => {
    const { context, written } = contextWith(stackOutputs());
    assert.equal(await addresses(context, {}), 0);
    assert.equal(
      written.out,
      [
        "  ingress public  http://ingress.example",
        "  Consul API      http://api.example:8500",
        "  Nomad API       http://api.example:4646",
        "  Consul UI       http://api.example:8500/ui",
        "  Nomad UI        http://api.example:4646/ui",
        "",
      ].join("\n"),
    );
  });

  it("has everything else that there is, as JSON too", async () => {
    const cluster = clusterOutputs({
      uiAccess: {
        urls: { consul: "https://c.example", nomad: "https://n.example", fabio: "https://f.example" },
        dnsName: "ui.example",
        zoneId: "Z",
        loadBalancerArn: "arn",
        loadBalancerName: "ui",
        targetGroupArns: { consul: "", nomad: "", fabio: "" },
        listenerArns: { consul: "", nomad: "", fabio: "" },
      } as unknown as NonNullable<ReturnType<typeof clusterOutputs>["uiAccess"]>,
    });
    const { context, written } = contextWith(stackOutputs({ cluster }));
    await addresses(context, { json: true });
    assert.deepEqual(JSON.parse(written.out), {
      "ingress public": "http://ingress.example",
      "Consul API": "http://api.example:8500",
      "Nomad API": "http://api.example:4646",
      "Consul UI": "https://c.example",
      "Nomad UI": "https://n.example",
      "fabio UI": "https://f.example",
    });
  });
});
