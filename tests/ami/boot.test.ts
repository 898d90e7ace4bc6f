import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { consulConfigFile, consulNodeAgent } from "../../components/consul-cluster/node-agent";
import type { Mount } from "../../components/node/mounts";
import { nodeFile, nodeFilePath } from "../../components/node/node-file";
import type { UserDataFile } from "../../components/node/user-data";
import { nomadConfigFile, nomadNodeAgent } from "../../components/nomad-cluster/node-agent";
import { Cloud, region } from "../support/cloud";
import { cloudMachine, type CloudMachineOptions } from "../support/cloud-machine";
import { run } from "../support/command";
import { LoopDevice } from "../support/loop-device";
import { type Machine, Network } from "../support/machine";
import { pythonWith } from "../support/python";
import { provisionedRoot, suites } from "../support/root-file-system";
import { removeDirectory, temporaryDirectory } from "../support/temporary";
import { until } from "../support/until";

const consulTag = "cos-consul-servers";
const nomadTag = "cos-nomad-servers";
const formedParameter = "/cos/sg-0123456789abcdef0/formed";
const secretValue = "the-value-of-a-secret";
const ringPath = "/var/lib/consul/serf/local.keyring";
const ring = JSON.stringify([Buffer.alloc(32, 7).toString("base64")]);

type NodeOptions = Parameters<typeof nodeFile>[0];

/** The files of a node of a cluster, as the components make them. */
function filesOf(node: Partial<NodeOptions> & Pick<NodeOptions, "role">, cluster = "test"): UserDataFile[] {
  const { role } = node;
  const consul = {
    datacenter: region,
    joinTag: { key: consulTag, value: cluster },
    awsRegion: region,
    server: role === "consul-server" ? { expect: 3 } : undefined,
  };
  const files: UserDataFile[] = [
    { path: nodeFilePath, content: nodeFile({ clusterName: cluster, mounts: [], ...node }) },
    { path: consulConfigFile, content: consulNodeAgent(consul) },
  ];
  if (role !== "consul-server") {
    const part = role === "client" ? { client: {} } : { server: { expect: 1 } };
    const joinTag = { key: nomadTag, value: cluster };
    const nomad = { region, datacenter: "services", joinTag, awsRegion: region, ...part };
    files.push({ path: nomadConfigFile, content: nomadNodeAgent(nomad) });
  }
  return files;
}

const volume = (mountPoint: string): Mount => ({ kind: "volume", device: "/dev/sdf", mountPoint, fileSystem: "ext4" });

const journal = (machine: Machine, unit: string) =>
  machine.run("journalctl", "--unit", unit, "--output=cat", "--no-pager");
const isActive = (machine: Machine, unit: string) => machine.succeeds("systemctl", "is-active", "--quiet", unit);
const hasBooted = (machine: Machine) => until(() => isActive(machine, "cos-boot.service"));
const logs = async (machine: Machine, message: RegExp, unit = "cos-boot.service") => {
  await until(async () => message.test(await journal(machine, unit)));
};
const json = async (machine: Machine, url: string) => JSON.parse(await machine.run("curl", "-fsS", url)) as unknown;

it("the functions of the image's programs do what they should (unit tests in Python)", async function () {
  this.timeout(60_000);
  // With botocore, as the image's.
  const python = await pythonWith(join(__dirname, "cloud", "requirements.txt"));
  const said = await run(python, [
    "-B",
    "-W",
    "error",
    "-m",
    "unittest",
    "discover",
    "--start-directory",
    join(__dirname, "boot"),
  ]);
  assert.match(said, /^OK$/m);
});

describe("a node that boots", function () {
  this.timeout(600_000);
  let root: string;
  let network: Network;
  let cloud: Cloud;
  let directory: string;
  const machines: Machine[] = [];
  const disks: LoopDevice[] = [];

  before(async () => {
    root = await provisionedRoot("trixie");
    directory = await temporaryDirectory("boot");
    network = await Network.create();
    cloud = await Cloud.create(network);
    await cloud.putParameter("/cos/secret", secretValue);
    await cloud.putParameter("/cos/ring", ring);
  });

  after(async () => {
    await Promise.all(machines.map((machine) => machine.remove()));
    for (const disk of disks) disk.close();
    await cloud.close();
    await network.close();
    await removeDirectory(directory);
  });

  let hosts = 10;
  async function make(name: string, files: UserDataFile[], options: Partial<CloudMachineOptions> = {}) {
    const address = options.address ?? `10.77.0.${++hosts}`;
    const machine = await cloudMachine({ cloud, network, root, name, files, address, ...options });
    machines.push(machine);
    return machine;
  }

  async function disk(name: string): Promise<LoopDevice> {
    const made = await LoopDevice.create(join(directory, name));
    disks.push(made);
    return made;
  }

  const instanceStorage = "/dev/disk/by-id/nvme-Amazon_EC2_NVMe_Instance_Storage_AWS0123456789ABCDEF0";

  /** A client with a data volume, which is the disk, and perhaps a disk of its own. */
  async function client(name: string, on: LoopDevice | undefined, own?: { disk: LoopDevice; mount: Mount[] }) {
    const address = `10.77.0.${++hosts}`;
    const { id, volumes } = await cloud.instance({ address, devices: ["/dev/sdf"], group: name });
    const link = `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${(volumes["/dev/sdf"] ?? "").replace("-", "")}`;
    const mounts = [volume("/data"), ...(own?.mount ?? [])];
    const machine = await make(name, filesOf({ role: "client", pool: "services", mounts }), {
      ...{ address, patience: 3 },
      binds: [...(on ? [`${on.path}:${link}`] : []), ...(own ? [`${own.disk.path}:${instanceStorage}`] : [])],
    });
    await machine.boot();
    return { machine, id, link };
  }

  async function end(...ended: Machine[]): Promise<void> {
    await Promise.all(
      ended.map(async (machine) => {
        machines.splice(machines.indexOf(machine), 1);
        await machine.remove();
      }),
    );
  }

  describe("as one of three servers of Consul", () => {
    let servers: Machine[] = [];

    /** Three servers, which look for each other by the cluster's name. */
    async function three(cluster: string): Promise<Machine[]> {
      const secrets = [
        { parameter: "/cos/secret", path: "/etc/consul.d/secret", owner: "consul" as const },
        { parameter: "/cos/ring", path: ringPath, owner: "consul" as const },
      ];
      const files = filesOf({ role: "consul-server", formedParameter, secrets }, cluster);
      const made = [];
      for (const number of [1, 2, 3]) {
        const address = `10.77.0.${++hosts}`;
        await cloud.instance({ address, tags: { [consulTag]: cluster } });
        made.push(await make(`${cluster}-${number}`, files, { address }));
      }
      await Promise.all(made.map((machine) => machine.boot()));
      await Promise.all(made.map(hasBooted));
      return made;
    }

    before(async () => {
      servers = await three("new");
    });
    after(() => end(...servers));

    // "" while its agent does not answer yet.
    const members = (machine: Machine) => machine.run("consul", "members").catch(() => "");
    const voters = async (machine: Machine) =>
      (await machine.run("consul", "operator", "raft", "list-peers").catch(() => "")).match(/\btrue\b/g)?.length ?? 0;

    it("finds the others by their tag, and forms a cluster with them", async () => {
      const [server] = servers;
      assert.ok(server);
      await until(async () => (await voters(server)) === 3);
    });

    it("says what it is in its metadata", async () => {
      const [server] = servers;
      assert.ok(server);
      const described = async () => {
        const nodes = await json(server, "http://127.0.0.1:8500/v1/catalog/nodes");
        return (nodes as { Meta: Record<string, string> }[]).filter(({ Meta }) => Meta.instance_id?.startsWith("i-"));
      };
      // The agents tell the catalog when they have found the cluster.
      await until(async () => (await described()).length === 3);
      for (const { Meta } of await described()) {
        assert.equal(Meta.availability_zone, `${region}a`);
        assert.equal(Meta.instance_type, "t3.micro");
        assert.equal(Meta.instance_lifecycle, "spot");
      }
    });

    it("has its secret in a file for its agent alone, and nowhere else", async () => {
      for (const server of servers) {
        assert.equal(await server.run("cat", "/etc/consul.d/secret"), secretValue);
        assert.equal((await server.run("stat", "-c", "%U %a", "/etc/consul.d/secret")).trim(), "consul 600");
        assert.ok(!server.console.includes(secretValue), "on the console");
        assert.ok(!(await server.run("journalctl", "--no-pager")).includes(secretValue), "in the journal");
      }
    });

    it("encrypts its gossip with the keys of its keyring, which is for its agent alone, too", async () => {
      const [key = ""] = JSON.parse(ring) as string[];
      for (const server of servers) {
        assert.equal(await server.run("cat", ringPath), ring);
        const owned = await server.run("stat", "-c", "%U %a", ringPath, join(ringPath, ".."));
        assert.deepEqual(owned.trim().split("\n"), ["consul 600", "consul 700"]);
        assert.ok(!(await server.run("journalctl", "--no-pager")).includes(key), "in the journal");
      }
      assert.match((await servers[0]?.run("consul", "keyring", "-list")) ?? "", /\[3\/3\]/);
    });

    it("says on the console and in the journal what it does", async () => {
      for (const server of servers) {
        assert.ok(!(await isActive(server, "docker.service")), "servers run no containers");
        assert.match(server.console, /cos-boot: i-\S+ in eu-central-1a is a consul-server of new/);
        assert.match(await journal(server, "cos-boot.service"), /cos-boot: done/);
      }
    });

    it("changes nothing when the boot program runs again, and does not restart its agent", async () => {
      const [server] = servers;
      assert.ok(server);
      const state = async () => [
        await server.run("stat", "-c", "%y", consulConfigFile, "/etc/consul.d/secret"),
        await server.run("systemctl", "show", "--property=MainPID", "consul.service"),
      ];
      // Once all three are there, all three are found: the first run may have seen fewer.
      await server.run("systemctl", "start", "cos-boot.service");
      await server.run("/usr/local/sbin/cos-boot");
      const before = await state();
      await server.run("/usr/local/sbin/cos-boot");
      assert.deepEqual(await state(), before);
    });

    it("is back in the cluster after a reboot", async () => {
      const [server, other] = servers;
      assert.ok(server && other);
      await server.stop();
      await until(async () => /failed/.test(await other.run("consul", "members")));
      await server.boot();
      await hasBooted(server);
      await until(async () => !/failed/.test(await other.run("consul", "members")) && (await voters(server)) === 3);
    });

    it("joins and never begins a second cluster, once the cluster has formed", async () => {
      await cloud.putParameter(formedParameter, "2026-01-01T00:00:00Z");
      const blank = await three("late");
      for (const server of blank) {
        assert.match(await journal(server, "cos-boot.service"), /the cluster has formed .*this server joins it/);
        // They have found each other, would be enough for a cluster, and each has refused to elect.
        await until(async () => ((await members(server)).match(/alive/g) ?? []).length === 3);
        await logs(server, /no known peers, aborting election/, "consul.service");
        assert.equal(await json(server, "http://127.0.0.1:8500/v1/status/leader"), "");
      }
      await end(...blank);
    });
  });

  it("as a blank server of Nomad's, begins a cluster once in the cluster's life", async () => {
    const boot = async (name: string) => {
      const files = filesOf({ role: "nomad-server", formedParameter: "/cos/other/formed" }, name);
      const address = `10.77.0.${++hosts}`;
      await cloud.instance({ address, tags: { [nomadTag]: name } });
      const machine = await make(name, files, { address });
      await machine.boot();
      await hasBooted(machine);
      return machine;
    };
    const leader = (machine: Machine) => json(machine, "http://127.0.0.1:4646/v1/status/leader").catch(() => undefined);
    const first = await boot("first");
    await until(async () => /:4647$/.test(String(await leader(first))));
    assert.equal((await first.run("ps", "-o", "user=", "-C", "nomad")).trim(), "nomad");
    await cloud.putParameter("/cos/other/formed", "2026-01-01T00:00:00Z");
    const second = await boot("second");
    await logs(second, /no known peers, aborting election/, "nomad.service");
    await end(first, second);
  });

  describe("as a client with a data volume", () => {
    it("makes a file system on a blank one, mounts it before Nomad starts, and keeps it over a reboot", async () => {
      const blank = await disk("blank");
      const { machine } = await client("blank", blank);
      await hasBooted(machine);
      await until(() => isActive(machine, "nomad.service"));
      await until(() => isActive(machine, "docker.service"));
      assert.match(await journal(machine, "cos-boot.service"), /is blank: making a file system, ext4/);
      assert.match(await machine.run("findmnt", "--noheadings", "/data"), /ext4/);
      assert.match(await machine.run("systemctl", "show", "--property=Requires", "nomad.service"), /data\.mount/);
      await until(async () =>
        machine.succeeds("bash", "-c", "curl -fsS http://127.0.0.1:4646/v1/agent/self | grep -q instance_id"),
      );
      await machine.run("bash", "-c", "echo kept >/data/file");
      await machine.stop();
      await machine.boot();
      await hasBooted(machine);
      assert.equal(await machine.run("cat", "/data/file"), "kept");
      await end(machine);
    });

    it("leaves a used one as it is, and the instance's own disk too, unasked", async () => {
      const used = await disk("used");
      const content = join(directory, "content");
      await mkdir(content);
      await writeFile(join(content, "file"), "kept");
      await run("mkfs.ext4", ["-q", "-d", content, used.path]);
      const unasked = await disk("unasked");
      const { machine } = await client("used", used, { disk: unasked, mount: [] });
      await hasBooted(machine);
      assert.equal(await machine.run("cat", "/data/file"), "kept");
      assert.doesNotMatch(await journal(machine, "cos-boot.service"), /making a file system/);
      assert.equal(await run("wipefs", ["-n", unasked.path]), "");
      await end(machine);
    });

    it("uses the instance's own disk where that is asked for", async () => {
      const own = await disk("own");
      const mount: Mount[] = [{ kind: "instance-storage", mountPoint: "/scratch", fileSystem: "ext4" }];
      const { machine } = await client("own", await disk("beside"), { disk: own, mount });
      await hasBooted(machine);
      assert.match(await machine.run("findmnt", "--noheadings", "/scratch"), /Instance_Storage_AWS.* ext4/);
      assert.match(await machine.run("findmnt", "--noheadings", "/data"), /Elastic_Block_Store_vol.* ext4/);
      await end(machine);
    });

    it("leaves one alone that holds something else, says so, and starts no Nomad", async () => {
      const foreign = await disk("foreign");
      await run("mkswap", [foreign.path]);
      const before = await run("sha256sum", [foreign.path]);
      const { machine, id } = await client("foreign", foreign);
      await logs(machine, /error: \S+ is not blank and holds no ext4, but: .*swap.*It is left as it is/);
      assert.ok(!(await isActive(machine, "nomad.service")));
      assert.equal(await run("sha256sum", [foreign.path]), before);
      assert.equal(await cloud.health(id), "Healthy");
      await end(machine);
    });

    it("with its disk missing, starts no Nomad on the root disk instead, and has itself replaced", async () => {
      const { machine, id } = await client("missing", undefined);
      await logs(machine, /error: the disk of \/dev\/sdf is missing: EC2 knows volume vol-\S+ for this device/);
      await until(async () => (await cloud.health(id)) === "Unhealthy");
      assert.ok(!(await machine.succeeds("timeout", "20", "systemctl", "start", "nomad.service")));
      assert.ok(!(await isActive(machine, "nomad.service")));
      assert.equal((await machine.run("find", "/var/lib/nomad", "-type", "f")).trim(), "");
      await end(machine);
    });
  });

  it("says which parameter is not there or not its own, and starts no agent", async () => {
    const secrets = [{ parameter: "/cos/none", path: "/etc/consul.d/secret" }];
    const address = `10.77.0.${++hosts}`;
    const resource = `arn:aws:ssm:${region}:123456789012:parameter/cos/none`;
    const mayRead = { Statement: [{ Effect: "Allow", Action: "ssm:GetParameter", Resource: resource }] };
    await cloud.instance({ address, group: "no-parameter", policies: [mayRead] });
    const other = [{ parameter: "/cos/secret", path: "/etc/consul.d/secret" }];
    const stranger = await make("no-right", filesOf({ role: "client", secrets: other }), { address, patience: 1 });
    await stranger.boot();
    await logs(stranger, /error: the SSM parameter \/cos\/secret cannot be read: .*AccessDeniedException/);
    assert.ok(!(await isActive(stranger, "consul.service")));
    await end(stranger);
    const machine = await make("no-parameter", filesOf({ role: "client", secrets }), { address, patience: 1 });
    await machine.boot();
    await logs(machine, /error: there is no SSM parameter \/cos\/none in eu-central-1: make it, or take it out/);
    assert.ok(!(await isActive(machine, "consul.service")));
    assert.ok(!(await machine.succeeds("test", "-e", "/etc/consul.d/secret")));
    await cloud.putParameter("/cos/none", "here");
    // It comes back by itself.
    await hasBooted(machine);
    await until(() => isActive(machine, "nomad.service"));
    await end(machine);
  });

  for (const suite of suites) {
    it(`on ${suite}, waits for a metadata service that does not answer, says so, and goes on once it does`, async () => {
      const address = `10.77.0.${++hosts}`;
      const options = { address, patience: 1, root: await provisionedRoot(suite) };
      const machine = await make(`no-metadata-${suite}`, filesOf({ role: "client" }), options);
      await machine.boot();
      await logs(machine, /error: the instance's metadata service cannot be used: .*Is it turned on, with IMDSv2/);
      assert.ok(!(await isActive(machine, "consul.service")));
      await cloud.instance({ address });
      await hasBooted(machine);
      await until(() => isActive(machine, "nomad.service"));
      await end(machine);
    });
  }
});
