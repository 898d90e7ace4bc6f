import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { zipSync } from "fflate";
import { optionalPrograms } from "../../components/machine-image/programs";
import { resolveProgram } from "../../programs/resolve";
import { run } from "../support/command";
import { useHttpDouble } from "../support/http-double";
import { Machine, Network } from "../support/machine";
import {
  inChroot,
  localSources,
  plainRoot,
  provision,
  provisionedRoot,
  type Source,
  type Suite,
  suites,
} from "../support/root-file-system";
import { removeDirectory, temporaryDirectory } from "../support/temporary";
import { until } from "../support/until";

const read = (root: string, path: string) => readFile(join(root, path), "utf8");

/** Every file of a tree with its kind, mode, owner, link and content. */
async function manifest(root: string): Promise<string[]> {
  const listed = await run("find", [root, "-xdev", "-printf", "%P %y %m %U:%G %l\n"]);
  const summed = await run("bash", ["-c", `cd '${root}' && find . -xdev -type f -print0 | xargs -0 sha256sum`]);
  return [...listed.split("\n"), ...summed.split("\n")].sort();
}

for (const suite of suites) {
  describe(`an image of ${suite}`, function () {
    this.timeout(900_000);
    let root: string;

    before(async () => {
      root = await provisionedRoot(suite);
    });

    it("has no identity, no key, no secret and no log of the machine that it was made on", async () => {
      assert.equal(await read(root, "etc/machine-id"), "");
      assert.deepEqual(
        (await readdir(join(root, "etc/ssh"))).filter((name) => name.startsWith("ssh_host_")),
        [],
      );
      for (const path of [
        "root/.ssh/authorized_keys",
        "root/.bash_history",
        "root/.aws",
        "var/lib/systemd/random-seed",
      ]) {
        await assert.rejects(stat(join(root, path)), { code: "ENOENT" }, path);
      }
      const secrets = "AKIA[0-9A-Z]{16}|BEGIN [A-Z ]*PRIVATE KEY";
      const found = await run("bash", [
        "-c",
        `grep -rslE '${secrets}' '${root}/etc' '${root}/root' '${root}/home' '${root}/var/lib/cloud' '${root}/var/lib/cos' || true`,
      ]);
      assert.equal(found, "");
      assert.equal(await run("find", [join(root, "var/log"), "-type", "f", "-size", "+0"]), "");
    });

    it("has units that systemd accepts", async () => {
      const units = [
        "consul.service",
        "nomad.service",
        "cos-acl.service",
        "cos-boot.service",
        "cos-health.service",
        "cos-lifecycle.service",
        "cos-secrets.service",
        "cos-docker-prune.service",
        "nomad.slice",
      ];
      const said = await inChroot(root, "systemd-analyze", [
        "verify",
        ...units.map((unit) => `/etc/systemd/system/${unit}`),
      ]);
      assert.doesNotMatch(said, /(consul|nomad|cos-)[a-z-]*\.(service|slice|timer):/);
    });

    describe("provisioned again", () => {
      let again: string;

      before(async () => {
        again = await temporaryDirectory("image");
        await run("cp", ["--archive", `${root}/.`, again]);
      });
      after(() => removeDirectory(again));

      it("changes nothing", async () => {
        const before = await manifest(again);
        const said = await provision(again, { programs: await localSources() });
        assert.deepEqual(await manifest(again), before);
        for (const program of optionalPrograms) {
          assert.ok(said.includes(`left out: ${program}: the tests have no way to its vendor`), program);
        }
      });
    });
  });
}

describe("a booted image", () => {
  for (const suite of suites) booted(suite);
});

function booted(suite: Suite): void {
  describe(suite, function () {
    this.timeout(300_000);
    let network: Network;
    let machine: Machine;

    before(async () => {
      network = await Network.create();
      machine = await Machine.create({
        ...{ root: await provisionedRoot(suite), network, name: `image-${suite}`, address: "10.77.0.9" },
      });
      await machine.boot();
    });
    after(async () => {
      // It is not there where its image could not be made.
      await (machine as Machine | undefined)?.remove();
      await network.close();
    });

    it("is what goss expects", async () => {
      const { path } = await resolveProgram("goss");
      const versions = Object.fromEntries((await localSources()).map(({ name, version }) => [name, version]));
      await machine.put("/root/goss", await readFile(path), 0o755);
      await machine.put("/root/goss.yaml", await readFile(join(__dirname, "goss", "goss.yaml")));
      const vars = JSON.stringify({ ...versions, suite });
      await machine.run("/root/goss", "--gossfile", "/root/goss.yaml", "--vars-inline", vars, "validate", "--no-color");
    });

    it("listens to nobody but its own programs, and to SSH", async () => {
      const listening = (await machine.run("ss", "--listening", "--numeric", "--tcp", "--udp", "--no-header"))
        .split("\n")
        .map((line) => line.trim().split(/\s+/)[4] ?? "")
        .filter((address) => address !== "" && !/^(127\.|\[::1\]|169\.254\.1\.1:53$)/.test(address));
      // chrony's is a socket of its own requests.
      assert.deepEqual([...new Set(listening)].filter((address) => !/:(22)$/.test(address)).sort(), []);
    });

    it("resolves names below .consul by the Consul agent, for tasks in networks of their own too", async () => {
      await machine.run("systemd-run", "--unit=test-consul", "consul", "agent", "-dev", "-client=127.0.0.1");
      await until(() => machine.succeeds("curl", "-fsS", "http://127.0.0.1:8500/v1/status/leader"));
      await until(() => machine.succeeds("getent", "hosts", "consul.service.consul"));
      assert.match(await machine.run("getent", "hosts", "consul.service.consul"), /^127\.0\.0\.1\s/);
      // A task's network: a namespace behind a bridge, with the machine's own resolv.conf, as Docker and Nomad give it.
      for (const command of [
        "netns add task",
        "link add task-bridge type bridge",
        "addr add 172.26.64.1/20 dev task-bridge",
        "link set task-bridge up",
        "link add task-host type veth peer name eth0 netns task",
        "link set task-host master task-bridge up",
        "-n task addr add 172.26.64.2/20 dev eth0",
        "-n task link set eth0 up",
        "-n task route add default via 172.26.64.1",
      ]) {
        await machine.run("ip", ...command.split(" "));
      }
      assert.match(
        await machine.run("ip", "netns", "exec", "task", "getent", "hosts", "consul.service.consul"),
        /^127\.0\.0\.1\s/,
      );
    });

    it("keeps tasks of all kinds from the metadata service, and nobody else", async () => {
      const server = network.serve(Network.metadataAddress, 80);
      try {
        const ask = ["curl", "-sS", "--max-time", "3", "-o", "/dev/null", `http://${Network.metadataAddress}/`];
        await until(() => machine.succeeds(...ask));
        const slice = (name: string) => ["systemd-run", "--quiet", "--wait", "--pipe", `--slice=${name}`, ...ask];
        assert.ok(await machine.succeeds(...slice("system.slice")), "a service");
        assert.ok(!(await machine.succeeds(...slice("nomad.slice"))), "a task in the machine's network");
        assert.ok(!(await machine.succeeds(...slice("nomad-share.slice"))), "a task in a group below");
        assert.ok(!(await machine.succeeds("ip", "netns", "exec", "task", ...ask)), "a task in a network of its own");
        const dropped = await machine.run("nft", "list", "table", "inet", "cos");
        assert.match(dropped, /ip daddr @metadata4 counter packets [1-9]/);
        assert.match(dropped, /cgroupv2 level 1 "nomad.slice" counter packets [1-9]/);
      } finally {
        await server.close();
      }
    });
  });
}

describe("programs of an image", function () {
  this.timeout(300_000);
  const vendor = useHttpDouble();
  let root: string;

  before(async () => {
    root = await temporaryDirectory("image-programs");
    await run("cp", ["--archive", `${await provisionedRoot("trixie")}/.`, root]);
  });
  after(() => removeDirectory(root));

  it("come from their vendors in each format that vendors have, over those that are there", async () => {
    const script = (name: string) => `#!/bin/sh\necho ${name} of the vendor\n`;
    const packed = join(root, "opt", "packed");
    await mkdir(join(packed, "DEBIAN"), { recursive: true });
    await mkdir(join(packed, "usr/bin"), { recursive: true });
    const control = {
      Package: "amazon-ssm-agent",
      Version: "3.3.1.0",
      Architecture: "all",
      Maintainer: "x <x@x>",
      Description: "x",
    };
    const lines = Object.entries(control).map(([key, value]) => `${key}: ${value}\n`);
    await writeFile(join(packed, "DEBIAN/control"), lines.join(""));
    await writeFile(join(packed, "usr/bin/amazon-ssm-agent"), script("amazon-ssm-agent"), { mode: 0o755 });
    await run("dpkg-deb", ["--build", packed, `${packed}.deb`]);
    const releases: [string, Source["format"], Buffer][] = [
      [
        "consul",
        "zip",
        Buffer.from(zipSync({ "LICENSE.txt": Buffer.from(""), consul: Buffer.from(script("consul")) })),
      ],
      ["consul-cni", "zip", Buffer.from(zipSync({ "consul-cni": Buffer.from(script("consul-cni")) }))],
      ["fabio", "binary", Buffer.from(script("fabio"))],
      ["envoy", "binary", Buffer.from(script("envoy"))],
      ["amazon-ssm-agent", "deb", await readFile(`${packed}.deb`)],
    ];
    vendor().answers = Object.fromEntries(releases.map(([name, , body]) => [`/${name}`, { body }]));
    const programs = releases.map(([name, format, body]) => ({
      ...{ name, format, version: "1.2.3", url: `${vendor().url}/${name}` },
      sha256: createHash("sha256").update(body).digest("hex"),
    }));
    await provision(root, { programs, parts: ["programs"] });
    const paths = ["usr/local/bin/consul", "opt/cni/bin/consul-cni", "usr/local/bin/fabio", "usr/local/bin/envoy"];
    for (const path of [...paths, "usr/bin/amazon-ssm-agent"]) {
      assert.equal(await run(join(root, path), []), `${basename(path)} of the vendor`);
    }
    const image = JSON.parse(await read(root, "etc/cos/image.json")) as { programs: object; omitted: object };
    assert.deepEqual(Object.keys(image.programs), ["consul", "consul-cni", "fabio", "envoy", "amazon-ssm-agent"]);
    assert.deepEqual(image.omitted, {});
  });
});

describe("provisioning that cannot be done", function () {
  this.timeout(300_000);
  const vendor = useHttpDouble();
  let root: string;

  before(async () => {
    root = await temporaryDirectory("image-refused");
    await run("cp", ["--archive", `${await provisionedRoot("trixie")}/.`, root]);
    await rm(join(root, "usr/local/bin/consul"));
  });
  after(() => removeDirectory(root));

  const refuses = async (change: Parameters<typeof provision>[1], message: RegExp) => {
    await assert.rejects(provision(root, { parts: ["programs"], ...change }), message);
    // Consul is the first of the list: it would be there if programs were installed as they come.
    await assert.rejects(stat(join(root, "usr/local/bin/consul")), { code: "ENOENT" });
    assert.deepEqual(await readdir(join(root, "var/tmp")), []);
  };

  it("refuses a program with another SHA-256 sum, and says which", async () => {
    const programs = (await localSources()).map((each) =>
      each.name === "nomad" ? { ...each, sha256: "0".repeat(64) } : each,
    );
    await refuses({ programs }, /nomad: file:\S+ has the SHA-256 sum [0-9a-f]{64}, it should be 0{64}/);
  });

  it("refuses a program that its vendor does not have", async () => {
    const url = `${vendor().url}/nomad`;
    const programs = (await localSources()).map((each) => (each.name === "nomad" ? { ...each, url } : each));
    await refuses({ programs }, /error: 404\n.*cannot download \S+\/nomad/);
  });

  it("refuses a program that is not there", async () => {
    const programs = (await localSources()).map((each) =>
      each.name === "fabio" ? { ...each, url: "file:///none" } : each,
    );
    await refuses({ programs }, /there is no file \S*fabio/);
  });

  it("refuses an architecture that there are no programs for, and one that is not the machine's", async () => {
    const programs = await localSources();
    await refuses({ programs, architecture: "riscv64" }, /architecture must be amd64 or arm64, got riscv64/);
    const other = (await run("dpkg", ["--print-architecture"])).trim() === "amd64" ? "arm64" : "amd64";
    await refuses({ programs, architecture: other }, new RegExp(`are for ${other}, this machine is`));
  });

  it("refuses a sum that is none", async () => {
    const programs = (await localSources()).map((each) => ({ ...each, sha256: "abc" }));
    await refuses({ programs }, /consul: the SHA-256 sum must be 64 hexadecimal digits, got "abc"/);
  });

  it("refuses a system that is not Debian 12 or 13", async () => {
    const plain = await temporaryDirectory("image-other");
    try {
      await run("cp", ["--archive", `${await plainRoot("bookworm")}/.`, plain]);
      const release = (await read(plain, "usr/lib/os-release")).replaceAll("bookworm", "bullseye");
      await writeFile(join(plain, "usr/lib/os-release"), release);
      await assert.rejects(
        provision(plain, { programs: [] }),
        /must be Debian 12 \(bookworm\) or 13 \(trixie\), it is bullseye/,
      );
    } finally {
      await removeDirectory(plain);
    }
  });
});
