import assert from "node:assert/strict";
import { legacyControllers } from "../../support/control-groups";
import { hostNameOf } from "../amazon";
import type { HostStatus } from "../box";
import { asking } from "../cluster";
import type { BoxUnderTest } from "./box-under-test";

const image = "probe:1";
/**
 * What a task says of where it is: the address of a name of Consul's, whether /bin is a link as on the node, and whether it gets to the instance's
 * metadata.
 */
const program = [
  "if [[ -L /bin ]]; then echo linked; fi",
  "getent hosts nomad.service.consul",
  "if timeout 3 bash -c '</dev/tcp/169.254.169.254/80' 2>/dev/null; then echo reached; else echo unreached; fi",
].join("; ");

/** The same of Java: its runtime's own tool connects, and says how far it came. */
const javaTool = {
  class: "sun.security.tools.keytool.Main",
  class_path: ".",
  jvm_options: ["-Xmx64m"],
  args: ["-printcert", "-v", "-sslserver", "nomad.service.consul:4647"],
};

const configs: Record<string, object> = {
  exec: { command: "/bin/bash", args: ["-c", program] },
  raw_exec: { command: "/bin/bash", args: ["-c", program] },
  docker: { image, force_pull: false, command: "/bin/bash", args: ["-c", program] },
  java: javaTool,
};

interface Allocation {
  ID: string;
  ClientStatus: string;
  TaskStates: { probe?: { Events: { DisplayMessage: string }[] } } | null;
}

/** Runs a task of a driver once on a host, and returns what it printed; of one that has failed, what Nomad says of it. */
export async function said(
  { cluster }: BoxUnderTest,
  driver: string,
  host: HostStatus,
  changes: object = {},
): Promise<string> {
  const id = `probe-${driver.replace("_", "-")}`;
  const job = {
    ID: id,
    Type: "batch",
    Datacenters: ["*"],
    NodePool: "all",
    Constraints: [{ LTarget: "${attr.unique.hostname}", RTarget: hostNameOf(host.address), Operand: "=" }],
    TaskGroups: [
      {
        Name: "probe",
        RestartPolicy: { Attempts: 0, Mode: "fail" },
        ReschedulePolicy: { Attempts: 0, Unlimited: false },
        Tasks: [
          { Name: "probe", Driver: driver, Config: configs[driver], Resources: { CPU: 50, MemoryMB: 256 }, ...changes },
        ],
      },
    ],
  };
  const text = JSON.stringify({ Job: job });
  const server = (await cluster.hosts("nomad-server"))[0]?.name ?? "";
  await cluster.exec(server, "curl", "--fail", "--silent", "--data", text, ...asking("nomad", "jobs"));
  try {
    let found: Allocation | undefined;
    await cluster.until(`${id} has ended`, async () => {
      [found] = (await cluster.get<Allocation[]>("nomad", `job/${id}/allocations`)) ?? [];
      return found?.ClientStatus === "complete" || found?.ClientStatus === "failed";
    });
    if (found?.ClientStatus === "failed") {
      return (found.TaskStates?.probe?.Events ?? []).map(({ DisplayMessage }) => DisplayMessage).join("\n");
    }
    return await cluster.nomad(server, "alloc", "logs", found?.ID ?? "", "probe");
  } finally {
    await cluster.exec(server, "curl", "--silent", "--request", "DELETE", ...asking("nomad", `job/${id}?purge=true`));
  }
}

/** That a task of a driver runs on a host, and knows the names of services. Returns what it printed. */
export async function knowsNames(tested: BoxUnderTest, driver: string, host: HostStatus): Promise<string> {
  const answer = await said(tested, driver, host);
  const servers = (await tested.cluster.hosts("nomad-server")).map(({ address }) => address);
  // A server was found, and is none of TLS.
  const found =
    driver === "java"
      ? answer.includes("No certificate from the SSL server") && !answer.includes("UnknownHostException")
      : servers.some((address) => answer.includes(address));
  assert.ok(found, answer);
  return answer;
}

/** What tasks of the drivers that dev's clients have can do, and cannot. */
export function driverTasks(tested: BoxUnderTest): void {
  describe("its tasks", () => {
    /** Makes an image of what the node has itself: there is no registry here. */
    async function makeImage(host: string): Promise<void> {
      const files = "/bin/bash /usr/bin/getent /usr/bin/timeout";
      const libraries = `ldd ${files} | grep -o '/lib[^ ]*' | sort -u`;
      const tar = `tar --create --dereference ${files} $(${libraries})`;
      const api = `curl --fail --silent --unix-socket /run/docker.sock --header 'Content-Type: application/x-tar'`;
      const path = `http://docker/images/create?fromSrc=-&repo=${image.replace(":", "&tag=")}`;
      await tested.cluster.exec(
        host,
        "bash",
        "-c",
        `set -o pipefail; ${tar} 2>/dev/null | ${api} --data-binary @- '${path}'`,
      );
    }

    for (const driver of ["exec", "docker"]) {
      // Where the kernel's control groups are not EC2's, exec's tasks are not in the slice by which the image's firewall knows them.
      const isKnown = driver === "docker" || legacyControllers().length === 0;
      const others = isKnown ? ", and do not reach the instance's metadata" : "";
      it(`know the names of services${others}: ${driver}`, async () => {
        const [host] = await tested.cluster.hosts("private-services");
        assert.ok(host);
        if (driver === "docker") await makeImage(host.name);
        const answer = await knowsNames(tested, driver, host);
        if (isKnown) assert.match(answer, /^unreached$/m);
        // Nomad's own list has directories there, with all files of /usr's once more.
        if (driver === "exec") assert.match(answer, /^linked$/m);
      });
    }
  });
}
