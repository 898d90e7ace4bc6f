import assert from "node:assert/strict";
import { legacyControllers } from "../../support/control-groups";
import type { BoxUnderTest } from "./box-under-test";

const image = "probe:1";
/** What a task says of where it is: the address of a name of Consul's, and whether it gets to the instance's metadata. */
const program = [
  "getent hosts nomad.service.consul",
  "if timeout 3 bash -c '</dev/tcp/169.254.169.254/80' 2>/dev/null; then echo reached; else echo unreached; fi",
].join("; ");

/** The drivers that dev's clients have. */
const drivers: Record<string, object> = {
  exec: { command: "/bin/bash", args: ["-c", program] },
  docker: { image, force_pull: false, command: "/bin/bash", args: ["-c", program] },
};

/** What tasks of each driver can do, and cannot. */
export function driverTasks(tested: BoxUnderTest): void {
  describe("its tasks", () => {
    /** Runs a task once, and returns what it printed. */
    async function said(driver: string, node: string): Promise<string> {
      const id = `probe-${driver}`;
      const job = {
        ID: id,
        Type: "batch",
        Datacenters: ["*"],
        NodePool: "private-services",
        Constraints: [{ LTarget: "${attr.unique.hostname}", RTarget: node, Operand: "=" }],
        TaskGroups: [
          {
            Name: "probe",
            RestartPolicy: { Attempts: 0, Mode: "fail" },
            ReschedulePolicy: { Attempts: 0, Unlimited: false },
            Tasks: [{ Name: "probe", Driver: driver, Config: drivers[driver], Resources: { CPU: 50, MemoryMB: 64 } }],
          },
        ],
      };
      const text = JSON.stringify({ Job: job });
      const server = "nomad-server-1";
      const api = "http://127.0.0.1:4646/v1";
      await tested.cluster.exec(server, "curl", "--fail", "--silent", "--data", text, `${api}/jobs`);
      try {
        let allocation = "";
        await tested.cluster.until(`${id} has ended`, async () => {
          const all = await tested.cluster.get<{ ID: string; ClientStatus: string }[]>(
            "nomad",
            `job/${id}/allocations`,
          );
          allocation = all?.[0]?.ID ?? "";
          return all?.[0]?.ClientStatus === "complete" || all?.[0]?.ClientStatus === "failed";
        });
        return await tested.cluster.exec(server, "nomad", "alloc", "logs", allocation, "probe");
      } finally {
        await tested.cluster.exec(server, "curl", "--silent", "--request", "DELETE", `${api}/job/${id}?purge=true`);
      }
    }

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

    for (const driver of Object.keys(drivers)) {
      // Where the kernel's control groups are not EC2's, exec's tasks are not in the slice by which the image's firewall knows them.
      const isKnown = driver === "docker" || legacyControllers().length === 0;
      const others = isKnown ? ", and do not reach the instance's metadata" : "";
      it(`know the names of services${others}: ${driver}`, async () => {
        const [host] = await tested.cluster.hosts("private-services");
        assert.ok(host);
        if (driver === "docker") await makeImage(host.name);
        const answer = await said(driver, `ip-${host.address.replaceAll(".", "-")}`);
        const servers = (await tested.cluster.hosts("nomad-server")).map(({ address }) => address);
        assert.ok(
          servers.some((address) => answer.includes(address)),
          answer,
        );
        if (isKnown) assert.match(answer, /^unreached$/m);
      });
    }
  });
}
