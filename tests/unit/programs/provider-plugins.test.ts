import assert from "node:assert/strict";
import { mkdir, readFile, utimes } from "node:fs/promises";
import { resolvePlugins, type PluginOptions } from "../../../programs/provider-plugins";
import { until, useWorkplace } from "./support";

describe("resolving provider plugins", () => {
  const workplace = useWorkplace();
  const name = "cos-sample";
  const version = "2.6.1";
  const failed = () => `${workplace().cache}/plugins/${name}-${version}.failed`;
  const downloads = async () =>
    (await readFile(workplace().at("downloads"), "utf8").catch(() => "")).split("\n").length - 1;
  const standIn = () => workplace().executable(`stand-ins/${name}/pulumi-resource-${name}`, "exit 1");

  /** A pulumi that counts downloads, and then does what it is told to. */
  const fakePulumi = (...lines: string[]) =>
    workplace().executable("pulumi/pulumi", 'echo "$@" >> "$DIRECTORY/downloads"', ...lines);
  const offline = () =>
    fakePulumi(
      'echo "warning: Error downloading plugin: dial tcp: no such host" >&2',
      'echo "error: failed all 5 attempts" >&2; exit 255',
    );
  const online = () =>
    fakePulumi(
      'directory="$PULUMI_HOME/plugins/resource-$4-v$5"; mkdir -p "$directory"',
      'echo > "$directory/pulumi-resource-$4"; chmod +x "$directory/pulumi-resource-$4"',
    );

  const get = (options: Partial<PluginOptions> = {}) =>
    resolvePlugins([name], {
      env: workplace().env,
      pulumi: workplace().at("pulumi/pulumi"),
      standIns: workplace().at("stand-ins"),
      versionOf: () => version,
      ...options,
    });
  const theStandIn = () => [{ name, version, source: "stand-in", binDir: workplace().at("stand-ins", name) }];

  it("uses one on PATH, as the engine would, before one in Pulumi's directory", async () => {
    await online();
    await workplace().executable(`home/.pulumi/plugins/resource-${name}-v${version}/pulumi-resource-${name}`, "");
    await workplace().executable(`bin/pulumi-resource-${name}`, "");
    assert.deepEqual(await get(), [{ name, version, source: "installed", binDir: workplace().at("bin") }]);
    assert.equal(await downloads(), 0);
  });

  it("uses the installed one of that version", async () => {
    await online();
    const plugin = (of: string) => `pulumi-home/plugins/resource-${name}-v${of}/pulumi-resource-${name}`;
    const env = { ...workplace().env, PULUMI_HOME: workplace().at("pulumi-home") };
    await workplace().executable(plugin("2.6.0"), "");
    assert.deepEqual(await get({ env }), [{ name, version, source: "downloaded" }]);
    assert.deepEqual(await get({ env }), [{ name, version, source: "installed" }]);
    assert.equal(await readFile(workplace().at("downloads"), "utf8"), `plugin install resource ${name} ${version}\n`);
  });

  it("does not take one that is not wholly installed for installed", async () => {
    await offline();
    await standIn();
    const directory = `home/.pulumi/plugins/resource-${name}-v${version}`;
    await workplace().executable(`${directory}/pulumi-resource-${name}`, "");
    await workplace().file(`${directory}.partial`, "");
    assert.deepEqual(await get(), theStandIn());
  });

  it("takes the stand-in when the download fails, and remembers the failure for a day", async () => {
    await offline();
    await standIn();
    assert.deepEqual(await get(), theStandIn());
    assert.deepEqual(await get(), theStandIn());
    assert.equal(await downloads(), 1);

    const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000);
    await utimes(failed(), ago(23), ago(23));
    await get();
    assert.equal(await downloads(), 1);
    await utimes(failed(), ago(25), ago(25));
    await get();
    assert.equal(await downloads(), 2);
  });

  it("tries a failed download again with COS_RETRY_PLUGINS=1, and forgets the failure when it works", async () => {
    await offline();
    await standIn();
    await get();
    await online();
    const env = { ...workplace().env, COS_RETRY_PLUGINS: "1" };
    assert.deepEqual(await get({ env }), [{ name, version, source: "downloaded" }]);
    assert.deepEqual(await workplace().cached("plugins"), []);
  });

  it("is not fooled by the stand-in being on PATH already", async () => {
    await online();
    await standIn();
    const env = { ...workplace().env, PATH: `${workplace().at("stand-ins", name)}:/usr/bin:/bin` };
    assert.deepEqual(await get({ env }), [{ name, version, source: "downloaded" }]);
  });

  it("bounds the time of a download", async () => {
    await fakePulumi("exec sleep 60");
    await standIn();
    assert.deepEqual(await get({ downloadTimeout: 300 }), theStandIn());
    assert.equal(await readFile(failed(), "utf8"), "it took more than 0.3 s");
  });

  it("does not remember an interrupted download as failed", async () => {
    await fakePulumi("exec sleep 60");
    await standIn();
    const interrupt = new AbortController();
    const rejected = assert.rejects(get({ signal: interrupt.signal }), /^Error: Ctrl-C$/);
    await until(async () => (await downloads()) === 1);
    interrupt.abort(new Error("Ctrl-C"));
    await rejected;
    assert.deepEqual(await workplace().cached("plugins"), []);
  });

  it("downloads once when wanted twice at once", async () => {
    await offline();
    await standIn();
    const both = await Promise.all([get(), get()]);
    assert.deepEqual(both, [theStandIn(), theStandIn()]);
    assert.equal(await downloads(), 1);
  });

  it("says what was tried when there is no way", async () => {
    await offline();
    await mkdir(workplace().at("stand-ins"));
    await assert.rejects(get(), {
      name: "PluginUnavailableError",
      message: [
        `the Pulumi plugin ${name} ${version} is needed, and there is no way to get it here. Tried:`,
        `  - PATH: no pulumi-resource-${name} in its directories`,
        `  - Pulumi's plugins: no ${workplace().at(`home/.pulumi/plugins/resource-${name}-v${version}`)}`,
        "  - download: dial tcp: no such host",
        `  - stand-in: no executable ${workplace().at(`stand-ins/${name}/pulumi-resource-${name}`)}`,
        `With network access, this gets it: pulumi plugin install resource ${name} ${version}`,
      ].join("\n"),
    });
  });

  it("wants the version that the installed npm package names", async () => {
    await online();
    const resolved = await resolvePlugins(["command", "nomad"], {
      env: workplace().env,
      pulumi: workplace().at("pulumi/pulumi"),
    });
    assert.deepEqual(resolved, [
      { name: "command", version: "1.2.1", source: "downloaded" },
      { name: "nomad", version: "2.6.1", source: "downloaded" },
    ]);
  });
});
