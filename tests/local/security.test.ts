import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ask } from "../../components/ask.js";
import { LocalInstallation } from "../support/local-installation";

describe("a COS on this machine with cos:local.security", function () {
  this.timeout(180_000);

  let cos: LocalInstallation;
  let variables: Record<string, string>;
  const start = async () => {
    const { exitCode, output } = await cos.cli(["start"]);
    assert.equal(exitCode, 0, output);
    return output;
  };
  const isHealthy = async () => {
    const { exitCode, output } = await cos.cli(["status"]);
    assert.equal(exitCode, 0, output);
    assert.match(output, /All is healthy\./);
  };
  /** What an API answers. */
  const asked = (url: string, headers: Record<string, string> = {}) =>
    ask(url, { headers, trust: { ca: readFileSync(variables.NOMAD_CACERT ?? "", "utf8") } }, 5000);
  /** All files below a directory. */
  const filesBelow = (directory: string): string[] =>
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  const secrets = () => {
    const { gossip, tokens } = JSON.parse(readFileSync(join(cos.directory, "secrets", "keys.json"), "utf8")) as {
      gossip: Record<string, string>;
      tokens: Record<string, string>;
    };
    return [...Object.values(gossip), ...Object.values(tokens)];
  };

  before(async () => {
    cos = await LocalInstallation.create();
    cos.secure(true);
    assert.match(await start(), /ping +1\.0\.0 +3\/3 running/);
    const { output } = await cos.cli(["env"]);
    const lines = output.matchAll(/^export (\w+)='?([^'\n]*)'?$/gm);
    variables = Object.fromEntries([...lines].map(([, name = "", value = ""]) => [name, value]));
  });
  after(() => cos.dispose());

  it("starts, is healthy, and changes nothing when it is started again", async () => {
    await isHealthy();
    const output = await start();
    assert.match(output, /consul already running, nomad already running/);
    assert.match(output, /pulumi up: no change/);
    assert.equal((await cos.cli(["logs", "ping"])).output.match(/ping 1\.0\.0 listens on/g)?.length, 3);
    assert.match((await cos.cli(["pulumi", "preview"])).output, /unchanged/);
  });

  it("lets in by TLS who knows its authority and has a token, and nobody else", async () => {
    const { CONSUL_HTTP_ADDR: consul = "", NOMAD_ADDR: nomad = "" } = variables;
    assert.match(consul, /^https:/);
    for (const [url, header, token] of [
      [`${consul}/v1/catalog/nodes`, "X-Consul-Token", variables.CONSUL_HTTP_TOKEN],
      [`${nomad}/v1/nodes`, "X-Nomad-Token", variables.NOMAD_TOKEN],
    ] as const) {
      const { status, text } = await asked(url, { [header]: token ?? "" });
      assert.deepEqual([status, (JSON.parse(text) as unknown[]).length], [200, 1]);
      await assert.rejects(ask(url, { headers: {} }, 5000), /by none of the authorities that are trusted here/);
    }
    assert.deepEqual(await asked(`${nomad}/v1/nodes`), { status: 403, text: "Permission denied" });
    assert.equal((await asked(`${consul}/v1/kv/?recurse`)).text, "");
    assert.match((await asked(`${consul}/v1/agent/self`)).text, /Permission denied/);
    assert.match(
      (await ask(`${nomad.replace("https", "http")}/v1/nodes`, {}, 5000)).text,
      /HTTP request to an HTTPS server/,
    );
  });

  it("keeps its secrets in files for the user alone, out of configuration, state and logs", () => {
    for (const file of filesBelow(join(cos.directory, "secrets")))
      assert.equal(statSync(file).mode & 0o777, 0o600, file);
    const found = filesBelow(cos.directory).filter((file) => {
      const text = readFileSync(file, "latin1");
      return secrets().some((secret) => text.includes(secret));
    });
    // Agents keep keys and, for a token, the state in their own data directories.
    const others = found
      .map((file) => file.slice(cos.directory.length + 1))
      .filter((file) => !/^agents\/(consul|nomad)\//.test(file));
    assert.deepEqual(others.sort(), [
      "agents/consul.d/secrets.json",
      "agents/nomad.d/secrets.json",
      "secrets/keys.json",
    ]);
    for (const file of others) assert.equal(statSync(join(cos.directory, file)).mode & 0o777, 0o600, file);
  });

  it("is turned off and on again where it runs, and keeps what it has", async () => {
    const before = secrets();
    for (const on of [false, true]) {
      cos.secure(on);
      assert.match(await start(), /consul restarted, nomad restarted/);
      assert.equal((await fetch(`${cos.trafficAddress}/ping`)).status, 200);
      await isHealthy();
    }
    assert.deepEqual(secrets(), before);
  });

  it("says which addresses it needs", async () => {
    cos.configure((config) => {
      config["cos:existing"].consulAddress = cos.consulAddress;
    });
    const { exitCode, output } = await cos.cli(["status"]);
    cos.secure(true);
    assert.equal(exitCode, 1);
    assert.match(
      output,
      /cos:existing\.consulAddress: must be https:\/\/127\.0\.0\.1:PORT for `npm start` with cos:local\.security, got "http:/,
    );
  });
});
